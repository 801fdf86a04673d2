import { existsSync } from 'node:fs';
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
