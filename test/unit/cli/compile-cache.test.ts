import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { tempDir } from '../../helpers/temp.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  Reflect.deleteProperty(module, 'enableCompileCache');
});

const original: unknown = Reflect.get(module, 'enableCompileCache');
afterEach(() => {
  if (original !== undefined) Reflect.set(module, 'enableCompileCache', original);
});

/** Returns the folders that Node receives. */
async function foldersFor(home: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const folders: string[] = [];
  Reflect.set(module, 'enableCompileCache', (folder: string) => folders.push(folder));
  vi.stubEnv('HOME', home);
  const { enableCompileCache } = await import('../../../src/cli/compile-cache.ts');
  enableCompileCache(env);
  return folders;
}

it('keeps compiled code in the cache folder of the user', async () => {
  const home = tempDir();
  expect(await foldersFor(home, {})).toEqual([join(home, '.cache', 'csv2ddb')]);
});

it('follows XDG_CACHE_HOME', async () => {
  const caches = tempDir();
  expect(await foldersFor(tempDir(), { XDG_CACHE_HOME: caches })).toEqual([join(caches, 'csv2ddb')]);
});

it.each(['NODE_COMPILE_CACHE', 'NODE_DISABLE_COMPILE_CACHE'])('keeps none of its own if %s is set', async (name) => {
  const home = tempDir();
  expect(await foldersFor(home, { [name]: '1' })).toEqual([]);
  expect(existsSync(join(home, '.cache'))).toBe(false);
});

it('writes nothing to a home folder that others can change, or that does not exist', async () => {
  const home = tempDir();
  chmodSync(home, 0o777);
  expect(await foldersFor(home, {})).toEqual([]);
  expect(existsSync(join(home, '.cache'))).toBe(false);
  vi.resetModules();
  expect(await foldersFor(join(home, 'missing'), {})).toEqual([]);
});

it('does not use a cache folder that others can change', async () => {
  const home = tempDir();
  const folder = join(home, '.cache', 'csv2ddb');
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o770);
  expect(await foldersFor(home, {})).toEqual([]);
});
