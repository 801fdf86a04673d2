import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../../src/errors.ts';
import { parseJobSettings, getRangeSettings } from '../../../../../src/pipeline/jobs/settings/load-options.ts';
import { maxIdleMs } from '../../../../../src/pipeline/state/task.ts';
import { maxRangeCount } from '../../../../../src/load/limits.ts';

/** Returns the message for invalid settings. */
function problemsOf(values: unknown): string {
  try {
    parseJobSettings(values, 'people');
  } catch (error) {
    expect(error).toMatchObject({ code: 'SETTINGS_INVALID', hint: expect.stringMatching(/\.$/) as string });
    return (error as LoaderError).message;
  }
  throw new Error('the settings are valid');
}

/** Returns the settings of one range of a file with these options. */
function rangeSettings(values: Readonly<Record<string, unknown>>) {
  const { settings, parallel } = parseJobSettings(values, 'people');
  if (settings === null) throw new Error('there are no settings');
  return getRangeSettings(settings, 's3://b/import/a.csv', parallel);
}

describe('a file', () => {
  it('without settings is loaded as one range with the defaults into the table of the pipeline', () => {
    expect(parseJobSettings({}, 'people')).toEqual({
      settings: { table: 'people', options: {} },
      parallel: 1,
      maxErrors: { kind: 'count', count: 1000 },
    });
    expect(rangeSettings({})).toMatchObject({ table: 'people', sources: ['s3://b/import/a.csv'] });
  });

  it.each([
    ['encoding', 'latin1', { read: { dialect: { encoding: 'iso-8859-1' } } }],
    ['compression', 'none', { source: { compression: 'none' } }],
    ['skip-lines', 2, { source: { skipLines: 2 } }],
    ['skip-records', 3, { source: { skipRecords: 3 } }],
    ['max-records', 7, { source: { maxRecords: 7 } }],
    ['delimiter', ';', { read: { dialect: { delimiter: ';' } } }],
    ['quote', 'none', { read: { dialect: { quote: undefined } } }],
    ['escape', '\\', { read: { dialect: { escape: '\\' } } }],
    ['comment', '#', { read: { dialect: { comment: '#' } } }],
    ['columns', ['id', 'name'], { read: { columns: ['id', 'name'] } }],
    ['trim', true, { read: { dialect: { trim: true } } }],
    ['multiline', 'no', { read: { dialect: { multiline: false } } }],
    ['multiline', false, { read: { dialect: { multiline: false } } }],
    ['stray-quotes', 'text', { read: { dialect: { strayQuotes: 'text' } } }],
    ['unescape', 'redshift', { read: { dialect: { unescape: 'redshift' } } }],
    ['ragged', 'pad', { read: { ragged: 'pad' } }],
    ['max-record-bytes', '8MiB', { read: { dialect: { maxRecordBytes: 8 * 1024 ** 2 } } }],
    ['types', 'age:N', { map: { types: new Map([['age', 'N']]) } }],
    ['rename', { zip: 'z' }, { map: { rename: new Map([['zip', 'z']]) } }],
    ['select', 'id,name', { map: { select: ['id', 'name'] } }],
    ['drop', ['name'], { map: { drop: ['name'] } }],
    ['empty', 'null', { map: { empty: 'null' } }],
    ['null-strings', 'NULL', { map: { nullStrings: ['NULL'] } }],
    ['concurrency', 4, { write: { concurrency: 4 } }],
    ['max-write-units', 100, { write: { maxWriteUnits: 100 } }],
    ['max-errors', '5%', { write: { maxErrors: { kind: 'share' } } }],
  ])('can set %s', (name, value, expected) => {
    expect(rangeSettings({ [name]: value })).toMatchObject(expected);
  });

  it('can set no-header together with columns', () => {
    expect(rangeSettings({ 'no-header': true, columns: 'id,name' })).toMatchObject({ read: { header: false } });
    expect(problemsOf({ 'no-header': true })).toContain('--no-header needs --columns');
    expect(problemsOf({ columns: 'id', unnamed: 'drop' })).toContain('--unnamed and --columns cannot be combined');
  });

  it.each([
    ['table', 'other'],
    ['region', 'eu-west-1'],
    ['profile', 'other'],
    ['endpoint-url', 'http://localhost'],
    ['local', true],
    ['create-table', true],
    ['partition-key', 'id'],
    ['retry-for', '1m'],
    ['rejects', 'a.csv'],
    ['checkpoint', 'a'],
    ['resume', true],
    ['summary', 'a.json'],
    ['notify', 'arn:aws:sns:us-east-1:123456789012:loads'],
    ['json', true],
    ['bucket', 'other'],
    ['queue-url', 'https://sqs.us-east-1.amazonaws.com/123456789012/other'],
    ['tasks', 2],
    ['config', 'a.yaml'],
    ['sources', ['a.csv']],
    ['constructor', 1],
  ])('cannot set %s, and the message says so once', (name, value) => {
    expect(problemsOf({ [name]: value })).toBe(`invalid settings of the object: ${name} cannot be set for a file`);
  });

  it.each([
    ['delimitre', 'delimiter'],
    ['paralel', 'parallel'],
    // The name in a library call.
    ['maxErrors', 'max-errors'],
  ])('that sets %s gets the suggestion %s', (name, suggestion) => {
    expect(problemsOf({ [name]: 3 })).toContain(`${name} cannot be set for a file (did you mean '${suggestion}'?)`);
  });

  it('gets all problems in one message', () => {
    const message = problemsOf({ table: 't', delimiter: '', 'skip-records': -1, parallel: 0, select: 'a', drop: 'a' });
    for (const part of [
      '5 problems',
      'table cannot be set',
      'delimiter ',
      "skip-records must be a whole number from 0 to 999999999999999, not '-1'",
      "parallel must be a whole number from 1 to 1000, not '0'",
      "--select and --drop both name 'a'",
    ]) {
      expect(message).toContain(part);
    }
  });

  it.each([[null], [undefined], [[]], ['a: b'], [7]])('cannot have %o as settings', (values) => {
    expect(problemsOf(values)).toBe('invalid settings of the object: they must be option names and values');
  });
});

describe('a file that is cut into ranges', () => {
  it.each([
    [1, 1],
    ['4', 4],
    [maxRangeCount, maxRangeCount],
  ])('with parallel %o has %i ranges', (parallel, ranges) => {
    expect(parseJobSettings({ parallel }, 'people').parallel).toBe(ranges);
  });

  it.each([[0], [-1], [maxRangeCount + 1], [1.5], ['many'], [''], [null], [true], [[2]]])(
    'cannot have parallel %o',
    (parallel) => {
      expect(problemsOf({ parallel })).toContain('invalid settings of the object: parallel ');
    },
  );

  it('divides max-write-units among its ranges', () => {
    expect(rangeSettings({ parallel: 4, 'max-write-units': 11 }).write.maxWriteUnits).toBe(2);
    expect(rangeSettings({ parallel: 4, 'max-write-units': 4 }).write.maxWriteUnits).toBe(1);
    expect(rangeSettings({ parallel: 4 }).write.maxWriteUnits).toBeUndefined();
    expect(problemsOf({ parallel: 4, 'max-write-units': 3 })).toContain(
      'max-write-units is 3, but 4 ranges need at least 4',
    );
  });

  it('cannot set max-records', () => {
    expect(problemsOf({ parallel: 2, 'max-records': 7 })).toContain('max-records cannot be used with parallel');
    expect(rangeSettings({ parallel: 1, 'max-records': 7 }).source.maxRecords).toBe(7);
  });

  it.each([
    [1, '3%', { kind: 'share', percent: 3 }],
    [2, '3%', { kind: 'count', count: Infinity }],
    [2, 3, { kind: 'count', count: 3 }],
  ])('in %i ranges with max-errors %s limits each range to %o', (parallel, maxErrors, limit) => {
    const values = { parallel, 'max-errors': maxErrors };
    expect(rangeSettings(values).write.maxErrors).toEqual(limit);
    // The limit of the job applies to all ranges together.
    expect(parseJobSettings(values, 'people').maxErrors.kind).toBe(maxErrors === 3 ? 'count' : 'share');
  });
});

it('a range retries until the limit of its job ends it', () => {
  expect(rangeSettings({}).write.retryForMs).toBe(maxIdleMs);
});
