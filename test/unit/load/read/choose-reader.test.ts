import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { sourceStart } from '../../../../src/load/read/start-position.ts';
import { isByteDialect } from '../../../../src/load/read/byte-reader.ts';
import { chooseReader } from '../../../../src/load/read/choose-reader.ts';
import type { Dialect } from '../../../../src/load/read/record.ts';
import { dialect } from './reading.ts';

describe('isByteDialect', () => {
  test.each<Partial<Dialect>>([
    {},
    { delimiter: '\t', quote: "'" },
    { quote: undefined },
    { escape: '"' },
    { encoding: 'windows-1252' },
    { escape: '\\' },
    { comment: '#' },
    { trim: true },
    { delimiter: '||', multiline: false },
    { quote: '«', strayQuotes: 'text' },
    { delimiter: '||', unescape: 'mysql' },
  ])('accepts %j', (options) => {
    expect(isByteDialect({ ...dialect, ...options })).toBe(true);
  });

  test.each<Partial<Dialect>>([
    { delimiter: '||' },
    { delimiter: '¦' },
    { quote: '«' },
    { quote: '<|' },
    { escape: '%!' },
    { comment: '//' },
    { delimiter: '¦', trim: true },
  ])('rejects %j', (options) => {
    expect(isByteDialect({ ...dialect, ...options })).toBe(false);
  });
});

describe('chooseReader', () => {
  test.each<[options: Partial<Dialect>, name: string, input: Buffer]>([
    [{}, 'byte reader', Buffer.from('é,"b"\n')],
    [{ comment: '#' }, 'byte reader', Buffer.from('#a\né,"b"\n')],
    [{ comment: '//' }, 'csv-parse', Buffer.from('//a\né,"b"\n')],
    [{ encoding: 'utf-16le' }, 'byte reader, decoding utf-16le', Buffer.from('é,"b"\n', 'utf16le')],
    [{ encoding: 'windows-1252' }, 'byte reader, decoding windows-1252', Buffer.from('é,"b"\n', 'latin1')],
    [
      { encoding: 'windows-1252', delimiter: '¦', trim: true },
      'csv-parse, decoding windows-1252',
      Buffer.from(' é ¦ "b"\n', 'latin1'),
    ],
  ])('for %j chooses %s', async (options, name, input) => {
    const choice = await chooseReader({ ...dialect, ...options });
    expect(choice.name).toBe(name);
    const reader = choice.open(sourceStart, 'people.csv');
    reader.push(input);
    reader.end();
    expect(reader.next()).toBe(true);
    const { bytes, starts, ends, fieldCount } = reader.record;
    const fields = Array.from({ length: fieldCount }, (_, i) => bytes.toString('utf8', starts[i], ends[i]));
    expect(fields).toEqual(['é', 'b']);
    expect(reader.next()).toBe(false);
    expect(reader.position.offset).toBe(input.length);
  });

  test('opens a new reader for each source, which is named in errors', async () => {
    const choice = await chooseReader({ ...dialect, comment: '//' });
    for (const source of ['one.csv', 'two.csv']) {
      const reader = choice.open({ offset: 10, line: 2, record: 1 }, source);
      reader.push(Buffer.from('a,"b'));
      reader.end();
      expect(() => reader.next()).toThrow(expect.objectContaining({ place: { source, line: 2, record: 1 } }) as Error);
    }
  });
});
