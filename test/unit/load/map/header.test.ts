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
  it('takes names exactly as they stand', () => {
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
    ['an empty name', recordOf(['id', '']), 'column 2 has no name'],
    ['a name that is there twice', recordOf(['id', 'a', 'id']), 'columns 1 and 3 are both called "id"'],
    [
      'a name that is not UTF-8',
      recordOf(['id', Buffer.from([0x61, 0xff])]),
      'the name of column 2, "a\ufffd", is not',
    ],
    [
      'a fault of the record',
      { ...recordOf(['id']), fault: 'TEXT_AFTER_QUOTE' as const },
      'text stands after a closing quote',
    ],
  ])('refuses %s', (_, record, what) => {
    const error = errorOf(record);
    expect(error?.code).toBe('HEADER_INVALID');
    expect(error?.message).toContain(what);
    expect(error?.place).toEqual({ source: 'orders.csv', line: 2, record: 1 });
    expect(error?.hint).toContain('name of its own');
  });

  it('names all problems at once', () => {
    expect(errorOf(recordOf(['', 'a', 'a', '']))?.message).toBe(
      'The header cannot be used: column 1 has no name; columns 2 and 3 are both called "a"; column 4 has no name.',
    );
  });
});
