import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cachePath } from '../places.mjs';

/** Where a peer's program may be put by hand. */
export const peersFolder = cachePath('peers/bin');

/**
 * @param {string} name
 * @returns {string | undefined} the program in the peers' folder, else on PATH
 */
export function findProgram(name) {
  const folders = [peersFolder, ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
