import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];

// Registered once, when the test file is collected: vitest accepts no such hook inside a test.
afterAll(() => {
  for (const folder of made.splice(0)) {
    // On Windows, a file may stay busy for a moment after its process has ended.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
});

/** Creates an empty folder, which is removed after the test file. May be called anywhere in the file. */
export function tempDir(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'csv2ddb-test-')));
  made.push(folder);
  return folder;
}

/** Creates a temporary folder with files, given by name. */
export function makeFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = tempDir();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}
