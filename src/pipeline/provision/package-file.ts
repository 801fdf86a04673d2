import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const zipPath = 'dist/lambda/function.zip';

/** Reads the function's package, which is part of the npm package. */
export async function readFunctionPackage(): Promise<{ readonly zip: Uint8Array; readonly sha256: string }> {
  const zip = await readFile(join(findPackageFolder(), zipPath));
  return { zip, sha256: createHash('sha256').update(zip).digest('base64') };
}

/** Finds the folder with package.json. Its depth differs between the sources and the build. */
function findPackageFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${import.meta.dirname}`);
  }
}
