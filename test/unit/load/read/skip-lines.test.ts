import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { sourceStart } from '../../../../src/load/read/start-position.ts';
import { chooseReader } from '../../../../src/load/read/choose-reader.ts';
import type { Dialect } from '../../../../src/load/read/record.ts';
import { dialect, pieces } from './reading.ts';

const encodings = { 'utf-8': 'utf8', 'utf-16le': 'utf16le' } as const;

/** Skips lines, then reads all records. */
async function readAfter(skipLines: number, text: string, chunkBytes: number, options: Partial<Dialect>) {
  const encoding = options.encoding === 'utf-16le' ? 'utf-16le' : 'utf-8';
  const input = Buffer.from(text, encodings[encoding]);
  const reader = (await chooseReader({ ...dialect, ...options })).open(sourceStart, 'people.csv', skipLines);
  const fields: string[] = [];
  const lines: number[] = [];
  const take = (): void => {
    for (; reader.next(); lines.push(reader.record.line)) {
      const { bytes, starts, ends, fieldCount } = reader.record;
      for (let i = 0; i < fieldCount; i++) fields.push(bytes.toString('utf8', starts[i], ends[i]));
    }
  };
  for (const piece of pieces(input, chunkBytes)) {
    reader.push(piece);
    take();
  }
  reader.end();
  take();
  expect(reader.position.offset).toBe(input.length);
  return { fields, lines, mark: reader.byteOrderMark.toString(encodings[encoding]), blankBytes: reader.blankBytes };
}

const bom = '\ufeff';

test.each<[title: string, skipLines: number, text: string, fields: string[], lines: number[], blank: string]>([
  ['a line with an open quote', 1, 'Report "2026\nid\n1\n', ['id', '1'], [2, 3], 'Report "2026\n'],
  ['a line that starts with a quote', 1, '"Report\nid\n', ['id'], [2], '"Report\n'],
  ['blank lines', 2, '\n\nid\n', ['id'], [3], '\n\n'],
  ['lines with any line ending', 3, 'é\r\nb\rc\nid\r\n', ['id'], [4], 'é\r\nb\rc\n'],
  ['the lines after a byte-order mark', 1, `${bom}Title\nid\n`, ['id'], [2], `${bom}Title\n`],
  ['a line, and the blank lines after it', 1, 'Title\n\n\nid\n', ['id'], [4], 'Title\n\n\n'],
  ['all lines', 2, 'a\nb', [], [], 'a\nb'],
  ['more lines than there are', 9, 'a\nb\n', [], [], 'a\nb\n'],
])('skips %s', async (_, skipLines, text, fields, lines, blank) => {
  for (const options of [{}, { delimiter: '||' }, { encoding: 'utf-16le' }] as const) {
    const encoding = encodings['encoding' in options ? options.encoding : 'utf-8'];
    const mark = text.startsWith(bom) ? bom : '';
    const blankBytes = Buffer.byteLength(blank, encoding);
    for (const chunkBytes of [1, 2, 7, 1_000]) {
      expect(await readAfter(skipLines, text, chunkBytes, options)).toEqual({ fields, lines, mark, blankBytes });
    }
  }
});

test('skips a line that is longer than a record may be', async () => {
  const text = `${'x'.repeat(5_000)}\nid\n`;
  const { fields } = await readAfter(1, text, 100, { maxRecordBytes: 10 });
  expect(fields).toEqual(['id']);
});
