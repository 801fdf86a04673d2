import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { openInput } from '../../../../src/pipeline/upload/input.ts';
import { destine, keyForRejects } from '../../../../src/pipeline/upload/keys.ts';

const stdin = await openInput('-', Readable.from([]));
const file = { ...stdin, name: 'some/people.csv', baseName: 'people.csv' };
const any = { prefix: 'import/', suffix: null };

describe('keys', () => {
  test.each([
    ["a file's own name", [file], undefined, any, ['import/people.csv']],
    ['another name', [file], 'a/b.csv', any, ['import/a/b.csv']],
    ['standard input', [stdin], 'b.csv', { prefix: 'in/put/', suffix: '.csv' }, ['in/put/b.csv']],
    ['several files', [file, { ...file, baseName: 'b.csv' }], undefined, any, ['import/people.csv', 'import/b.csv']],
  ])('of %s', (_, inputs, named, pipeline, keys) => {
    expect(destine(inputs, named, pipeline).map(({ key }) => key)).toEqual(keys);
  });

  test.each([
    [
      'another end than the pipeline loads',
      'people.csv',
      { ...any, suffix: 'DATA.csv' },
      'loads what ends in DATA.csv',
    ],
    ['more bytes than a key takes', 'ü'.repeat(510), any, 'a key has 1024 bytes at most'],
    ['a place of the pipeline itself', 'people.csv', { prefix: 'state/', suffix: null }, 'the pipeline itself writes'],
  ])('that have %s are refused', (_, named, pipeline, why) => {
    expect(() => destine([file], named, pipeline)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(why) as string }) as Error,
    );
  });

  test.each([
    ['people.csv.rejects', null, undefined],
    ['people.csv.rejects', '.rejects', undefined],
    ['people.csv.rejects', '.csv', 'people.csv.rejects.csv'],
    ['people.csv.rejects', 'DATA.csv', 'people.csv.rejects-DATA.csv'],
  ])('for %s where keys end in %s', (name, suffix, key) => {
    expect(keyForRejects(name, suffix)).toBe(key);
  });
});
