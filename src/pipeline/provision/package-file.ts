import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const name = 'dist/lambda/function.zip';

/** The function's package, which comes with this one. */
export async function functionPackage(): Promise<{ readonly zip: Uint8Array; readonly sha256: string }> {
  const zip = await readFile(join(packageFolder(), name));
  return { zip, sha256: createHash('sha256').update(zip).digest('base64') };
}

/** The folder of the package that this file belongs to: two folders up in the sources, three where it is built. */
function packageFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${import.meta.dirname}`);
  }
}
