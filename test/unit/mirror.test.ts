import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Test folders without a counterpart in src. */
const otherFolders = ['helpers', 'examples'];

describe.each(['unit', 'random'])('test/%s', (kind) => {
  it('has the same folders as src', () => {
    const files = globSync('**/*.ts', { cwd: new URL(`test/${kind}/`, root) });
    const folders = new Set(files.map(dirname).filter((folder) => !otherFolders.includes(folder.split('/')[0] ?? '')));
    expect(files).not.toEqual([]);
    expect([...folders].filter((folder) => !existsSync(new URL(`src/${folder}/`, root)))).toEqual([]);
  });
});

it('docs/architecture.md names only files that exist', () => {
  const text = readFileSync(new URL('docs/architecture.md', root), 'utf8');
  const names = [...text.matchAll(/`((?:[\w-]+\/)*[\w-]+\.ts)`/g)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(20);
  const files = globSync('src/**/*.ts', { cwd: root });
  expect(names.filter((name) => !files.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
});
