import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder, and those it lies in, for their owner alone, where they are missing. Level by level: Node's own
 * `recursive` never comes back where the file system takes no folders (`/proc`).
 * @throws Error of the system, or one that says that a file has its name
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      // Another process may be at it.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
  if (!statSync(path).isDirectory()) throw new Error(`${path} is a file`);
}
