import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../../src/errors.ts';
import { jobSettingsFrom, settingsOf } from '../../../../../src/pipeline/jobs/settings/load-options.ts';
import { longestSilenceMs } from '../../../../../src/pipeline/state/task.ts';
import { mostRanges } from '../../../../../src/load/limits.ts';

/** What is said of settings that cannot be used. */
function refusalOf(values: unknown): string {
  try {
    jobSettingsFrom(values, 'people');
  } catch (error) {
    expect(error).toMatchObject({ code: 'SETTINGS_INVALID', hint: expect.stringMatching(/\.$/) as string });
    return (error as LoaderError).message;
  }
  throw new Error('the settings are taken');
}

/** What one of the ranges of a file is loaded with that brings these options. */
function rangeOf(values: Readonly<Record<string, unknown>>) {
  const { settings, parallel } = jobSettingsFrom(values, 'people');
  if (settings === null) throw new Error('there are none');
  return settingsOf(settings, 's3://b/import/a.csv', parallel);
}

describe('a file', () => {
  it('that brings nothing is loaded as a whole, with the defaults, into the table of the pipeline', () => {
    expect(jobSettingsFrom({}, 'people')).toEqual({
      settings: { table: 'people', options: {} },
      parallel: 1,
      maxErrors: { kind: 'count', count: 1000 },
    });
    expect(rangeOf({})).toMatchObject({ table: 'people', sources: ['s3://b/import/a.csv'] });
  });

  it.each([
    ['encoding', 'latin1', { read: { dialect: { encoding: 'iso-8859-1' } } }],
    ['compression', 'none', { source: { compression: 'none' } }],
    ['skip-records', 3, { source: { skipRecords: 3 } }],
    ['max-records', 7, { source: { maxRecords: 7 } }],
    ['delimiter', ';', { read: { dialect: { delimiter: ';' } } }],
    ['quote', 'none', { read: { dialect: { quote: undefined } } }],
    ['escape', '\\', { read: { dialect: { escape: '\\' } } }],
    ['comment', '#', { read: { dialect: { comment: '#' } } }],
    ['columns', ['id', 'name'], { read: { columns: ['id', 'name'] } }],
    ['trim', true, { read: { dialect: { trim: true } } }],
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
  ])('may bring %s', (name, value, meant) => {
    expect(rangeOf({ [name]: value })).toMatchObject(meant);
  });

  it('may bring no-header, and the columns with it', () => {
    expect(rangeOf({ 'no-header': true, columns: 'id,name' })).toMatchObject({ read: { header: false } });
    expect(refusalOf({ 'no-header': true })).toContain('--no-header needs --columns');
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
  ])('does not bring %s, which is said once', (name, value) => {
    expect(refusalOf({ [name]: value })).toBe(
      `the settings of the file cannot be used: ${name} is no option that a file brings with it`,
    );
  });

  it.each([
    ['delimitre', 'delimiter'],
    ['paralel', 'parallel'],
    // As a program names it.
    ['maxErrors', 'max-errors'],
  ])('is told of %s that %s may be meant', (name, meant) => {
    expect(refusalOf({ [name]: 3 })).toContain(
      `${name} is no option that a file brings with it (did you mean '${meant}'?)`,
    );
  });

  it('has all said that is wrong, in one message', () => {
    const said = refusalOf({ table: 't', delimiter: '', 'skip-records': -1, parallel: 0, select: 'a', drop: 'a' });
    for (const part of [
      '5 problems',
      'table is no option',
      'delimiter ',
      "skip-records must be a whole number from 0 to 999999999999999, not '-1'",
      "parallel must be a whole number from 1 to 1000, not '0'",
      "--select and --drop both name 'a'",
    ]) {
      expect(said).toContain(part);
    }
  });

  it.each([[null], [undefined], [[]], ['a: b'], [7]])('that brings %o brings no map', (values) => {
    expect(refusalOf(values)).toBe('the settings of the file cannot be used: they are no map');
  });
});

describe('a file that is cut', () => {
  it.each([
    [1, 1],
    ['4', 4],
    [mostRanges, mostRanges],
  ])('may be asked for %o ranges', (parallel, ranges) => {
    expect(jobSettingsFrom({ parallel }, 'people').parallel).toBe(ranges);
  });

  it.each([[0], [-1], [mostRanges + 1], [1.5], ['many'], [''], [null], [true], [[2]]])(
    'is not cut into %o',
    (parallel) => {
      expect(refusalOf({ parallel })).toContain('cannot be used: parallel ');
    },
  );

  it('has its ranges share its cap of write units', () => {
    expect(rangeOf({ parallel: 4, 'max-write-units': 11 }).write.maxWriteUnits).toBe(2);
    expect(rangeOf({ parallel: 4, 'max-write-units': 4 }).write.maxWriteUnits).toBe(1);
    expect(rangeOf({ parallel: 4 }).write.maxWriteUnits).toBeUndefined();
    expect(refusalOf({ parallel: 4, 'max-write-units': 3 })).toContain(
      'max-write-units is 3, less than one for each of 4 ranges',
    );
  });

  it('cannot be asked for its first records: none are the first', () => {
    expect(refusalOf({ parallel: 2, 'max-records': 7 })).toContain('max-records and parallel contradict each other');
    expect(rangeOf({ parallel: 1, 'max-records': 7 }).source.maxRecords).toBe(7);
  });

  it.each([
    [1, '3%', { kind: 'share', percent: 3 }],
    [2, '3%', { kind: 'count', count: Infinity }],
    [2, 3, { kind: 'count', count: 3 }],
  ])('in %i ranges has max-errors %s judged by each as %o', (parallel, maxErrors, judged) => {
    const values = { parallel, 'max-errors': maxErrors };
    expect(rangeOf(values).write.maxErrors).toEqual(judged);
    // The job's own rule sees all ranges.
    expect(jobSettingsFrom(values, 'people').maxErrors.kind).toBe(maxErrors === 3 ? 'count' : 'share');
  });
});

it('where the table takes nothing, the rule of the job ends it', () => {
  expect(rangeOf({}).write.retryForMs).toBe(longestSilenceMs);
});
