import { mkdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Of Node.js 22.1 and later. It never throws. */
const { enableCompileCache: enable } = module as { readonly enableCompileCache?: (folder: string) => unknown };

/**
 * Makes Node keep compiled code in the cache folder of the user, for faster starts. Not in Node's default, the shared
 * temporary folder: another user who writes there could make this process run other code. Variables of Node change or
 * disable it.
 */
export function enableCompileCache(env: NodeJS.ProcessEnv): void {
  if (enable === undefined || env['NODE_COMPILE_CACHE'] || env['NODE_DISABLE_COMPILE_CACHE']) return;
  try {
    const home = homedir();
    if (!isPrivate(home)) return;
    const { XDG_CACHE_HOME: caches = '' } = env;
    const folder = join(isAbsolute(caches) ? caches : join(home, '.cache'), 'csv2ddb');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isPrivate(folder)) enable(folder);
  } catch {
    // No home folder, or a read-only one.
  }
}

/** Whether only this user can change the folder. Windows has no such bits, and protects home folders. */
function isPrivate(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return process.geteuid === undefined || (uid === process.geteuid() && (mode & 0o022) === 0);
}
