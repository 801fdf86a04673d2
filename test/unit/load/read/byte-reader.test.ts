import { describe } from 'vitest';
import { isByteDialect } from '../../../../src/load/read/byte-reader.ts';
import { byteReaderCases } from './byte-reader-cases.ts';
import { cases } from './cases.ts';
import { csvParseCases } from './csv-parse/csv-parse-cases.ts';
import { byteReader, dialect } from './reading.ts';
import { testCases, testReader } from './testing.ts';

describe('ByteReader', () => {
  testCases(byteReader, cases);
  testReader(byteReader);

  describe('with a one-byte escape or comment, or with trimming', () => {
    testCases(
      byteReader,
      csvParseCases.filter((one) => isByteDialect({ ...dialect, ...one.dialect })),
    );
    testReader((options, start) => byteReader({ ...options, escape: '\\', comment: '#', trim: true }, start));
  });

  describe('with options that csv-parse does not have', () => {
    testCases(byteReader, byteReaderCases);
  });
});
