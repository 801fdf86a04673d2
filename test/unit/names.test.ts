import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { expect, it } from 'vitest';

it('no two exported types share a name', () => {
  const root = new URL('../../src/', import.meta.url);
  const filesByName = new Map<string, string[]>();
  for (const file of globSync('**/*.ts', { cwd: fileURLToPath(root) })) {
    const text = readFileSync(new URL(file, root), 'utf8');
    for (const [, name = ''] of text.matchAll(/^export (?:abstract )?(?:interface|type|class|enum) (\w+)/gm)) {
      filesByName.set(name, [...(filesByName.get(name) ?? []), file]);
    }
  }
  expect(filesByName.size).toBeGreaterThan(100);
  expect([...filesByName].filter(([, files]) => files.length > 1)).toEqual([]);
});
