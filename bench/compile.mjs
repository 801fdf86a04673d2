import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { cachePath, here } from './places.mjs';

/**
 * A small C++ program of this folder, compiled where that can be done and kept until its sources change.
 * @param {string} name of the program
 * @param {string} source main file; the others of its folder count as its sources too
 * @param {string[]} [flags]
 * @returns {string | undefined} its path; undefined without a C++ compiler, the system or the libraries it needs
 */
export function compiled(name, source, flags = []) {
  const main = here(source);
  const binary = cachePath(name);
  const folder = dirname(main);
  const changed = Math.max(...readdirSync(folder).map((file) => statSync(`${folder}/${file}`).mtimeMs));
  if (existsSync(binary) && statSync(binary).mtimeMs > changed) return binary;
  mkdirSync(dirname(binary), { recursive: true });
  const { status } = spawnSync('g++', ['-O2', '-std=c++17', '-o', binary, main, ...flags], { stdio: 'ignore' });
  return status === 0 ? binary : undefined;
}
