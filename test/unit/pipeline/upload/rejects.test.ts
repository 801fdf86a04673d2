import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseJobSettings, getRangeSettings } from '../../../../src/pipeline/jobs/settings/load-options.ts';
import { fetchRejects } from '../../../../src/pipeline/upload/rejects.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { s3At, startStubServer } from '../jobs/stub-server.ts';

/** Fetches the objects `rejects/job/0.csv`, `1.csv` …, each with one line of reasons. */
async function fetched(objects: readonly Buffer[], options: Readonly<Record<string, unknown>>): Promise<Buffer> {
  const { endpoint } = await startStubServer(({ request }, response) => {
    const [, number = '', isReasons] = /\/(\d)\.csv(\.jsonl)?\?/.exec(request.url ?? '') ?? [];
    response.end(isReasons === undefined ? objects[Number(number)] : `{"object":${number}}\n`);
  });
  const { settings, parallel } = parseJobSettings(options, 'people');
  if (settings === null) throw new Error('no settings');
  const place = { client: s3At(endpoint), bucket: 'imports', owner: '123456789012' };
  const folder = tempDir();
  const names = objects.map((_, index) => `s3://imports/rejects/job/${index}.csv`);
  const { read } = getRangeSettings(settings, 's3://imports/a', parallel);
  const stored = { file: 'some/people.csv', objects: names, read };
  const path = await fetchRejects(place, { givenPath: undefined, folder }, stored);
  expect(path).toBe(join(folder, 'people.csv.rejects'));
  const reasons = objects.map((_, index) => `{"object":${index}}\n`).join('');
  expect(readFileSync(`${path}.jsonl`, 'utf8')).toBe(reasons);
  return readFileSync(path);
}

describe('fetching rejects joins several objects to one CSV', () => {
  const bytes = (text: string): Buffer => Buffer.from(text);
  const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
  test.each<[string, Buffer[], Record<string, unknown>, Buffer]>([
    ['with one header', [bytes('id,n\n1,a\n'), bytes('id,n\n2,b\n')], {}, bytes('id,n\n1,a\n2,b\n')],
    ['with a header that is also a record', [bytes('a\na\n'), bytes('a\na\n')], {}, bytes('a\na\na\n')],
    [
      'with a header of two lines',
      [bytes('"a\nb"\r\n1\r\n'), bytes('"a\nb"\r\n2\r\n')],
      {},
      bytes('"a\nb"\r\n1\r\n2\r\n'),
    ],
    [
      'without a header',
      [bytes('1,a\n'), bytes('2,b\n')],
      { 'no-header': true, columns: ['a', 'b'] },
      bytes('1,a\n2,b\n'),
    ],
    ['with a byte-order mark', [bytes('\ufeffid\n1\n'), bytes('\ufeffid\n2\n')], {}, bytes('\ufeffid\n1\n2\n')],
    [
      'in UTF-16',
      [utf16('\ufeffid;ü\n1;é\n'), utf16('\ufeffid;ü\n2;\n')],
      { encoding: 'utf-16le', delimiter: ';' },
      utf16('\ufeffid;ü\n1;é\n2;\n'),
    ],
    [
      'in a dialect that csv-parse reads',
      [bytes('i||n\n1||a\n'), bytes('i||n\n2\n')],
      { delimiter: '||' },
      bytes('i||n\n1||a\n2\n'),
    ],
  ])('%s', async (_, objects, options, whole) => {
    expect((await fetched(objects, options)).toString('hex')).toBe(whole.toString('hex'));
  });
});
