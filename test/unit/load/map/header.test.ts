import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { assertReplaceable, readHeader } from '../../../../src/load/map/header.ts';
import type { CsvRecord } from '../../../../src/load/read/record.ts';
import { recordOf } from './records.ts';

const reject = { unnamed: 'reject', sameName: 'reject' } as const;

function errorOf(record: CsvRecord): LoaderError | undefined {
  return errorFrom(() => readHeader(record, { source: 'orders.csv', rules: reject }));
}

function errorFrom(act: () => unknown): LoaderError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof LoaderError) return error;
    throw error;
  }
  return undefined;
}

describe('readHeader', () => {
  it('returns names unchanged', () => {
    expect(
      readHeader(recordOf(['id', ' name ', 'Größe', '__proto__', 'ID', '"']), { source: 'orders.csv', rules: reject }),
    ).toEqual(['id', ' name ', 'Größe', '__proto__', 'ID', '"']);
  });

  it.each([
    [['id', ''], 'Use --unnamed drop, or skip lines before the header with --skip-lines.'],
    [['id', 'id'], 'Use --same-name rename, or skip lines before the header with --skip-lines.'],
    [
      ['', '', 'x', 'x'],
      'Use --unnamed drop and --same-name rename, or skip lines before the header with --skip-lines.',
    ],
  ])('suggests the options for a header %j', (fields, hint) => {
    expect(errorOf(recordOf(fields))?.hint).toBe(hint);
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
  });

  it('reports all problems', () => {
    expect(errorOf(recordOf(['', 'a', 'a', '']))?.message).toBe(
      'invalid header: the name of column 1 is empty; columns 2 and 3 are both named "a"; the name of column 4 is empty',
    );
  });
});

describe('a header that --columns replaces', () => {
  const replace = (fields: readonly string[], columns: readonly string[]) =>
    errorFrom(() => {
      assertReplaceable(recordOf(fields), columns, { source: 'orders.csv', lastLine: 3 });
    });

  it.each([
    ['the same names', ['id', 'name'], ['id', 'name']],
    ['one name in common', ['Device ID', 'Model'], ['uuid', 'model']],
    ['a name that differs in case, blanks, underscores and hyphens', ['Zip-Code', 'x'], ['z i p_CODE', 'city']],
    ['equal names', ['x', 'x'], ['x', 'y']],
  ])('may have %s', (_, fields, columns) => {
    expect(replace(fields, columns)).toBeUndefined();
  });

  it.each([
    ['a record', ['1', 'Ada'], ['id', 'name'], '"1", "Ada"'],
    ['names that are all different', ['Device ID', 'Device Model'], ['uuid', 'model'], '"Device ID", "Device Model"'],
    ['empty names', ['', ''], ['_', 'name'], '"", ""'],
    ['a record with another number of fields', ['1'], ['id', 'name'], '"1"'],
  ])('is refused if it is %s', (_, fields, columns, shown) => {
    expect(replace(fields, columns)).toMatchObject({
      code: 'HEADER_INVALID',
      message: `line 2 shares no name with --columns: ${shown}`,
      hint: 'Use --no-header if this line is a record, or --skip-lines 3 --no-header if it is a header to replace.',
      place: { source: 'orders.csv', line: 2, record: 1 },
    });
  });

  it('is refused if it cannot be read', () => {
    const record = { ...recordOf(['id', 'name']), fault: 'TEXT_AFTER_QUOTE' as const };
    const error = errorFrom(() => {
      assertReplaceable(record, ['id', 'name'], { source: 'orders.csv', lastLine: 2 });
    });
    expect(error?.message).toBe('line 2 shares no name with --columns: it cannot be read');
  });

  it('has as many names as --columns', () => {
    expect(replace(['id', 'name'], ['id'])?.message).toBe('--columns lists 1 column, but the header has 2');
  });
});
