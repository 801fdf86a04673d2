import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { getBaseFileName } from '../../../../src/load/settle/file-name.ts';

it.each([
  ['people.csv', 'people.csv'],
  ['exports/people.csv', 'people.csv'],
])('fileNameOf(%j) returns %j', (name, expected) => {
  expect(getBaseFileName(name)).toBe(expected);
});

it.each([`${'é'.repeat(200)}.csv`, `${'😀'.repeat(200)}.csv`, 'x'.repeat(181)])(
  'fileNameOf shortens a long name and keeps it distinct from similar names: %s',
  (name) => {
    const short = getBaseFileName(name);
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(180);
    expect(short).toMatch(/^(é+|😀+|x+)-[0-9a-f]{8}$/u);
    expect(getBaseFileName(`${name}x`)).not.toBe(short);
  },
);
