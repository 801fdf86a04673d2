import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { sourceStart } from '../../../../../src/load/read/start-position.ts';
import { cases } from '../cases.ts';
import { csvParseCases } from './csv-parse-cases.ts';
import { csvParseReader, dialect, readAll } from '../reading.ts';
import { testCases, testReader } from '../testing.ts';

describe('CsvParseReader', () => {
  describe('in the dialects of ByteReader', () => {
    testCases(csvParseReader, cases);
    testReader(csvParseReader);
  });

  describe('in all other dialects', () => {
    testCases(csvParseReader, csvParseCases);
  });

  test('a comment of any length needs no extra memory', () => {
    const reader = csvParseReader({ ...dialect, comment: '#' }, sourceStart);
    const chunk = Buffer.alloc(1024 * 1024, '"x,');
    reader.push(Buffer.from('#'));
    const memoryBefore = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) {
      reader.push(chunk);
      expect(reader.next()).toBe(false);
    }
    expect(process.memoryUsage().arrayBuffers - memoryBefore).toBeLessThan(16 * 1024 * 1024);
    expect(reader.blankBytes).toBe(1 + 100 * chunk.length);
  });

  test('text after a closing quote of the maximum length is a fault', () => {
    const quote = '"'.padEnd(19, 'x');
    const { records } = readAll(csvParseReader, [Buffer.from(`${quote}${quote}a\nb\n`)], { quote });
    expect(records.map(({ fault, fields }) => fault ?? fields)).toEqual(['TEXT_AFTER_QUOTE', ['b']]);
  });

  test('throws if csv-parse counts other fields than csv2ddb', () => {
    // dialectProblem rejects such a dialect: its quote starts with the delimiter.
    const reader = csvParseReader({ ...dialect, delimiter: 'a', quote: 'a ', trim: true }, sourceStart);
    reader.push(Buffer.from('a aa  a  a aba '));
    reader.end();
    expect(() => reader.next()).toThrow('people.csv, record 0: csv-parse found ');
  });
});
