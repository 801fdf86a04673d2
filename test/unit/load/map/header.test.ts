import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { readHeader } from '../../../../src/load/map/header.ts';
import type { CsvRecord } from '../../../../src/load/read/record.ts';
import { recordOf } from './records.ts';

function errorOf(record: CsvRecord): LoaderError | undefined {
  try {
    readHeader(record, 'orders.csv');
  } catch (error) {
    if (error instanceof LoaderError) return error;
    throw error;
  }
  return undefined;
}

describe('readHeader', () => {
  it('returns names unchanged', () => {
    expect(readHeader(recordOf(['id', ' name ', 'Größe', '__proto__', 'ID', '"']), 'orders.csv')).toEqual([
      'id',
      ' name ',
      'Größe',
      '__proto__',
      'ID',
      '"',
    ]);
  });

  it.each([
    ['an empty name', recordOf(['id', '']), 'the name of column 2 is empty'],
    ['a duplicate name', recordOf(['id', 'a', 'id']), 'columns 1 and 3 are both named "id"'],
    [
      'a name that is not UTF-8',
      recordOf(['id', Buffer.from([0x61, 0xff])]),
      'the name of column 2 is not valid text: "a\ufffd"',
    ],
    [
      'a record that the reader cannot read',
      { ...recordOf(['id']), fault: 'TEXT_AFTER_QUOTE' as const },
      'text after a closing quote',
    ],
  ])('rejects %s', (_, record, what) => {
    const error = errorOf(record);
    expect(error?.code).toBe('HEADER_INVALID');
    expect(error?.message).toContain(what);
    expect(error?.place).toEqual({ source: 'orders.csv', line: 2, record: 1 });
    expect(error?.hint).toContain('unique name');
  });

  it('reports all problems', () => {
    expect(errorOf(recordOf(['', 'a', 'a', '']))?.message).toBe(
      'invalid header: the name of column 1 is empty; columns 2 and 3 are both named "a"; the name of column 4 is empty',
    );
  });
});
