import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { beginning } from '../../../../src/load/read/start-position.ts';
import type { Position } from '../../../../src/load/read/record.ts';
import { random } from '../../../helpers/random.ts';
import type { Case } from './cases.ts';
import { dialect, pieces, randomPieces, readAll, type OpenReader, type Reading } from './reading.ts';

/** Up to this length an input is also cut at each of its bytes. */
const shortBytes = 200;

/** Tests that a reader reads each input as its case says, wherever it is cut. */
export function testCases(open: OpenReader, cases: readonly Case[]): void {
  describe.each(cases)('$title', (one) => {
    const bytes = Buffer.from(one.input);
    const inOnePiece = readAll(open, [bytes], one.dialect, one.start);

    test('in one piece', () => {
      const { records, error, lines, blankBytes = 0, start = beginning } = one;
      expect(inOnePiece.records.map(({ fault, fields }) => fault ?? fields)).toEqual(
        records.map((record) => (typeof record === 'string' ? record : record.map(latin1))),
      );
      expect(inOnePiece.records.map(({ number }) => number)).toEqual(records.map((_, i) => start.record + i));
      expect(inOnePiece.records.map(({ line }) => line)).toEqual(lines ?? records.map((_, i) => i + 1));
      expect(inOnePiece.blankBytes).toBe(blankBytes);
      expect(inOnePiece.byteOrderMark).toBe(one.hasMark === true ? latin1('\u{feff}') : '');
      expect(inOnePiece.error).toEqual(
        error && { code: error.code, place: { source: 'people.csv', line: error.line, record: error.record } },
      );
      assertAccounted(inOnePiece, bytes, start);
    });

    if (bytes.length <= shortBytes) {
      test('in two pieces, cut anywhere', () => {
        for (let at = 1; at < bytes.length; at++) {
          const cut = [bytes.subarray(0, at), bytes.subarray(at)];
          assertSame(readAll(open, cut, one.dialect, one.start), inOnePiece);
        }
      });
    }

    test('in pieces of one byte', () => {
      assertSame(readAll(open, pieces(bytes, 1), one.dialect, one.start), inOnePiece);
    });

    test('in pieces of chance', () => {
      const rand = random(bytes.length);
      for (let round = 0; round < 5; round++) {
        assertSame(readAll(open, randomPieces(bytes, 1 + round * 2, rand), one.dialect, one.start), inOnePiece);
      }
    });
  });
}

/** Tests what no case can say: when a record is there, and what a reader does once it has given up. */
export function testReader(open: OpenReader): void {
  test('all may be pushed and ended before the first record is taken', () => {
    const reader = open(dialect, beginning);
    for (const piece of pieces(Buffer.from('a,b\n1,"2\n3"\n'), 2)) reader.push(piece);
    reader.end();
    expect([reader.next(), reader.next(), reader.next()]).toEqual([true, true, false]);
    expect(reader.position).toEqual({ offset: 12, line: 4, record: 2 });
  });

  test('the position behind a record is before the blank lines that follow', () => {
    const reader = open(dialect, beginning);
    reader.push(Buffer.from('a\n\n\nb\n'));
    reader.next();
    expect(reader.position).toEqual({ offset: 2, line: 2, record: 1 });
    expect(reader.blankBytes).toBe(0);
  });

  test('a record is there as soon as its LF is', () => {
    const reader = open(dialect, beginning);
    reader.push(Buffer.from('a,b'));
    expect(reader.next()).toBe(false);
    reader.push(Buffer.from('\n'));
    expect(reader.next()).toBe(true);
  });

  test('a short record is there at once behind a long one that came in pieces', () => {
    const reader = open(dialect, beginning);
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

  test('an open quote is given up as soon as the record is too long, and stays given up', () => {
    const reader = open({ ...dialect, maxRecordBytes: 10_000 }, beginning);
    reader.push(Buffer.from('"'));
    for (const piece of pieces(Buffer.alloc(9999, 'x'), 101)) {
      reader.push(piece);
      expect(reader.next()).toBe(false);
    }
    reader.push(Buffer.from('x'));
    const tooLong = expect.objectContaining({
      code: 'RECORD_TOO_LONG',
      message: 'the record is longer than 10000 bytes, inside the quote that opens on line 1',
      hint: expect.stringMatching(/--quote.*--max-record-bytes/) as string,
    }) as Error;
    expect(() => reader.next()).toThrow(tooLong);
    expect(() => reader.next()).toThrow(tooLong);
  });

  test('a record far longer than the chunks is read in linear time', () => {
    const bytes = Buffer.from(`"${'x\n'.repeat(1_500_000)}"\n`);
    const startedMs = performance.now();
    expect(readAll(open, pieces(bytes, 16)).records).toHaveLength(1);
    // Half a second where it is linear; minutes where each piece looks at all before it.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** Compared as text first: looking for the difference of long records field by field takes its time. */
function assertSame(actual: Reading, expected: Reading): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected);
}

/** Every byte up to the position is a record's or a blank line's, and each record lies where it says. */
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
