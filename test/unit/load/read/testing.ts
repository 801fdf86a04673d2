import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { sourceStart } from '../../../../src/load/read/start-position.ts';
import type { Position } from '../../../../src/load/read/record.ts';
import { random } from '../../../helpers/random.ts';
import type { Case } from './cases.ts';
import { dialect, pieces, randomPieces, readAll, type OpenReader, type Reading } from './reading.ts';

/** Inputs up to this length are also split at every byte. */
const shortBytes = 200;

/** Tests that a reader reads each case correctly, wherever the input is split. */
export function testCases(open: OpenReader, cases: readonly Case[]): void {
  describe.each(cases)('$title', (one) => {
    const bytes = Buffer.from(one.input);
    const inOneChunk = readAll(open, [bytes], one.dialect, one.start);

    test('is read in one chunk', () => {
      const { records, error, lines, blankBytes = 0, start = sourceStart } = one;
      expect(inOneChunk.records.map(({ fault, fields }) => fault ?? fields)).toEqual(
        records.map((record) => (typeof record === 'string' ? record : record.map(latin1))),
      );
      expect(inOneChunk.records.map(({ number }) => number)).toEqual(records.map((_, i) => start.record + i));
      expect(inOneChunk.records.map(({ line }) => line)).toEqual(lines ?? records.map((_, i) => i + 1));
      expect(inOneChunk.blankBytes).toBe(blankBytes);
      expect(inOneChunk.byteOrderMark).toBe(one.hasMark === true ? latin1('\u{feff}') : '');
      expect(inOneChunk.error).toEqual(
        error && { code: error.code, place: { source: 'people.csv', line: error.line, record: error.record } },
      );
      assertAccounted(inOneChunk, bytes, start);
    });

    if (bytes.length <= shortBytes) {
      test('is read in two chunks, split anywhere', () => {
        for (let at = 1; at < bytes.length; at++) {
          const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
          assertSame(readAll(open, chunks, one.dialect, one.start), inOneChunk);
        }
      });
    }

    test('is read in chunks of one byte', () => {
      assertSame(readAll(open, pieces(bytes, 1), one.dialect, one.start), inOneChunk);
    });

    test('is read in random chunks', () => {
      const rand = random(bytes.length);
      for (let round = 0; round < 5; round++) {
        assertSame(readAll(open, randomPieces(bytes, 1 + round * 2, rand), one.dialect, one.start), inOneChunk);
      }
    });
  });
}

/** Tests when a record becomes available, and what a reader does after an error. */
export function testReader(open: OpenReader): void {
  test('reads records after all chunks were pushed and ended', () => {
    const reader = open(dialect, sourceStart);
    for (const piece of pieces(Buffer.from('a,b\n1,"2\n3"\n'), 2)) reader.push(piece);
    reader.end();
    expect([reader.next(), reader.next(), reader.next()]).toEqual([true, true, false]);
    expect(reader.position).toEqual({ offset: 12, line: 4, record: 2 });
  });

  test('the position after a record is before the blank lines that follow', () => {
    const reader = open(dialect, sourceStart);
    reader.push(Buffer.from('a\n\n\nb\n'));
    reader.next();
    expect(reader.position).toEqual({ offset: 2, line: 2, record: 1 });
    expect(reader.blankBytes).toBe(0);
  });

  test('returns a record as soon as its LF arrives', () => {
    const reader = open(dialect, sourceStart);
    reader.push(Buffer.from('a,b'));
    expect(reader.next()).toBe(false);
    reader.push(Buffer.from('\n'));
    expect(reader.next()).toBe(true);
  });

  test('returns a short record at once after a long one that arrived in chunks', () => {
    const reader = open(dialect, sourceStart);
    for (const piece of pieces(Buffer.from(`"${'x\n'.repeat(20_000)}`), 5000)) {
      reader.push(piece);
      expect(reader.next()).toBe(false);
    }
    reader.push(Buffer.from('"\n'));
    reader.push(Buffer.alloc(50_000, 'y'));
    reader.push(Buffer.from('\nb'));
    expect([reader.next(), reader.next(), reader.next()]).toEqual([true, true, false]);
    reader.push(Buffer.from('\n'));
    expect(reader.next()).toBe(true);
  });

  test('throws as soon as a record with an open quote is too long, and again on the next call', () => {
    const reader = open({ ...dialect, maxRecordBytes: 10_000 }, sourceStart);
    reader.push(Buffer.from('"'));
    for (const piece of pieces(Buffer.alloc(9999, 'x'), 101)) {
      reader.push(piece);
      expect(reader.next()).toBe(false);
    }
    reader.push(Buffer.from('x'));
    const tooLong = expect.objectContaining({
      code: 'RECORD_TOO_LONG',
      message: 'the record is longer than 10000 bytes, inside the quote opened on line 1',
      hint: expect.stringMatching(/--quote.*--max-record-bytes/) as string,
    }) as Error;
    expect(() => reader.next()).toThrow(tooLong);
    expect(() => reader.next()).toThrow(tooLong);
  });

  test('reads a record far longer than the chunks in linear time', () => {
    const bytes = Buffer.from(`"${'x\n'.repeat(1_500_000)}"\n`);
    const startedMs = performance.now();
    expect(readAll(open, pieces(bytes, 16)).records).toHaveLength(1);
    // Half a second if linear, minutes if each chunk rescans the bytes before it.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
}

function latin1<T extends string | null>(text: T): string | T {
  return text === null ? text : Buffer.from(text).toString('latin1');
}

/** Compares as text first, because comparing long records field by field is slow. */
function assertSame(actual: Reading, expected: Reading): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected);
}

/** Asserts that every byte up to the position belongs to a record or a blank line, and that offsets are correct. */
function assertAccounted({ records, blankBytes, end, error }: Reading, bytes: Buffer, start: Position): void {
  let offset = start.offset;
  for (const { raw, offset: at, after, number } of records) {
    expect(at).toBeGreaterThanOrEqual(offset);
    expect(bytes.toString('latin1', at - start.offset, at - start.offset + raw.length)).toBe(raw);
    offset = at + raw.length;
    expect(after.offset).toBe(offset);
    expect(after.record).toBe(number + 1);
  }
  const rawBytes = records.reduce((sum, { raw }) => sum + raw.length, 0);
  expect(end.offset).toBe(start.offset + blankBytes + rawBytes);
  if (error === undefined) expect(end.offset).toBe(start.offset + bytes.length);
}
