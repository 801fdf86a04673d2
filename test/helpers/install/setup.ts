import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import type { TestProject } from 'vitest/node';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Installs csv2ddb from its tarball for one test run: in a temporary folder outside of the repository, so that it finds
 * no other package. vitest calls this before the first test of `test/installed`.
 * @returns a function that removes the folder
 */
export function setup({ provide }: Pick<TestProject, 'provide'>): () => void {
  assertIsBuilt();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'csv2ddb-installation-')));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    install(folder);
  } catch (error) {
    remove();
    throw error;
  }
  provide('installation', folder);
  return remove;
}

/** @throws Error if the build is missing or older than a file that it is made from */
function assertIsBuilt(): void {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: { csv2ddb: string } };
  const products = [bin.csv2ddb, 'dist/lambda/function.zip'];
  const missing = products.find((path) => !existsSync(join(root, path)));
  if (missing !== undefined) throw new Error(`${missing} does not exist: run npm run build`);
  const builtMs = Math.min(...products.map(modifiedMs));
  const sources = globSync(['{src,bin,build}/**', 'package*.json', 'tsconfig*.json'], { cwd: root });
  const changed = sources.find((path) => modifiedMs(path) > builtMs);
  if (changed !== undefined) throw new Error(`${changed} is newer than the build in dist/: run npm run build`);
}

function modifiedMs(path: string): number {
  return statSync(join(root, path)).mtimeMs;
}

/** Packs csv2ddb, and unpacks it where npm would install it. */
function install(folder: string): void {
  const options = ['--ignore-scripts', '--silent', '--pack-destination', folder];
  const shell = process.platform === 'win32';
  const tarball = execFileSync('npm', ['pack', ...options], { cwd: root, encoding: 'utf8', shell }).trim();
  execFileSync('tar', ['-xzf', tarball], { cwd: folder });
  rmSync(join(folder, tarball));
  // Node looks no further up for the package of a program in this folder.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  mkdirSync(join(folder, 'node_modules'));
  renameSync(join(folder, 'package'), join(folder, 'node_modules', 'csv2ddb'));
}
