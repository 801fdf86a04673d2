import { describe } from 'vitest';
import { cases } from './cases.ts';
import { byteReader } from './reading.ts';
import { testCases, testReader } from './testing.ts';

describe('ByteReader', () => {
  testCases(byteReader, cases);
  testReader(byteReader);
});
