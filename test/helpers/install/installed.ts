import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder whose `node_modules` contains csv2ddb, unpacked from its tarball. */
    readonly installation: string;
  }
}

/**
 * Returns the folder whose `node_modules` contains csv2ddb, unpacked from its tarball.
 * @throws Error in tests outside of test/installed and test/long
 */
function installation(): string {
  // Undefined if vitest has not called setup.ts for this test.
  const folder = inject('installation') as string | undefined;
  if (folder === undefined) throw new Error('csv2ddb is not installed for this test: move it to test/installed');
  return folder;
}

/** Creates a folder whose programs can import `csv2ddb`. */
export function makeProject(): string {
  return mkdtempSync(join(installation(), 'project-'));
}

/** Returns the path of a file of the installed package. */
export function installedFile(path: string): string {
  return join(installation(), 'node_modules', 'csv2ddb', path);
}

/** Returns the path of the installed program. */
export function installedProgram(): string {
  const { bin } = JSON.parse(readFileSync(installedFile('package.json'), 'utf8')) as { bin: { csv2ddb: string } };
  return installedFile(bin.csv2ddb);
}

/** Imports the installed package as a program in its folder would with `import 'csv2ddb'`. */
export async function importInstalled(): Promise<typeof import('../../../src/index.ts')> {
  const path = createRequire(join(installation(), 'program.js')).resolve('csv2ddb');
  return (await import(pathToFileURL(path).href)) as typeof import('../../../src/index.ts');
}
