import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { openInput } from '../../../../src/pipeline/upload/input.ts';
import { assignKeys, keyForRejects } from '../../../../src/pipeline/upload/keys.ts';

const stdin = await openInput('-', Readable.from([]));
const file = { ...stdin, name: 'some/people.csv', baseName: 'people.csv' };
const any = { prefix: 'import/', suffix: null };

describe('assigning keys', () => {
  test.each([
    ["the file's own name", [file], undefined, any, ['import/people.csv']],
    ['the name of --key', [file], 'a/b.csv', any, ['import/a/b.csv']],
    ['the name of --key for standard input', [stdin], 'b.csv', { prefix: 'in/put/', suffix: '.csv' }, ['in/put/b.csv']],
    [
      'the names of several files',
      [file, { ...file, baseName: 'b.csv' }],
      undefined,
      any,
      ['import/people.csv', 'import/b.csv'],
    ],
  ])('uses %s', (_, sources, keyName, pipeline, keys) => {
    expect(assignKeys(sources, keyName, pipeline).map(({ key }) => key)).toEqual(keys);
  });

  test.each([
    [
      'without the suffix of the pipeline',
      'people.csv',
      { ...any, suffix: 'DATA.csv' },
      'loads only keys that end in DATA.csv',
    ],
    ['of more than 1,024 bytes', 'ü'.repeat(510), any, 'a key has at most 1024 bytes'],
    ['in a folder of the pipeline itself', 'people.csv', { prefix: 'state/', suffix: null }, 'stores its own objects'],
  ])('refuses a key %s', (_, keyName, pipeline, reason) => {
    expect(() => assignKeys([file], keyName, pipeline)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(reason) as string }) as Error,
    );
  });

  test.each([
    ['people.csv.rejects', null, undefined],
    ['people.csv.rejects', '.rejects', undefined],
    ['people.csv.rejects', '.csv', 'people.csv.rejects.csv'],
    ['people.csv.rejects', 'DATA.csv', 'people.csv.rejects-DATA.csv'],
  ])('names the reject file %s in a pipeline with suffix %s', (name, suffix, key) => {
    expect(keyForRejects(name, suffix)).toBe(key);
  });
});
