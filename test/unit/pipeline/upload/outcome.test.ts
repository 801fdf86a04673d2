import { describe, expect, test } from 'vitest';
import type { RawOptions } from '../../../../src/options/raw-options.ts';
import { suggestCommands, combineResults } from '../../../../src/pipeline/upload/outcome.ts';
import { summary } from '../../report/summaries.ts';

const error = { code: 'SOURCE_CHANGED', message: 'gone', hint: null, place: null } as const;

describe('the summary of an upload', () => {
  test('is that of the job if there is only one', () => {
    const only = summary({ rejected: 3, exitStatus: 1 });
    expect(combineResults([only], 'people')).toBe(only);
  });

  test('is the sum of several jobs, with the worst exit status and its error', () => {
    const results = [
      summary({ sources: ['a'], seconds: 2, writeUnits: null, rejected: 1, rejectsFile: 'a.rejects', exitStatus: 1 }),
      summary({ sources: ['b'], seconds: 10, writeUnits: 7, exitStatus: 3, error }),
      summary({ sources: ['c'], rejectsFile: ['c.rejects', 'd.rejects'] }),
    ];
    expect(combineResults(results, 'people')).toMatchObject({
      sources: ['a', 'b', 'c'],
      read: 3_600,
      written: 3_600,
      rejected: 1,
      seconds: 10,
      recordsPerSecond: 360,
      writeUnits: 1_207,
      rejectsFile: ['a.rejects', 'c.rejects', 'd.rejects'],
      exitStatus: 3,
      error,
      jobs: results,
    });
  });

  test('has no counts if there is no job', () => {
    expect(combineResults([], 'people')).toMatchObject({
      table: 'people',
      sources: [],
      read: 0,
      recordsPerSecond: 0,
      writeUnits: null,
      rejectsFile: null,
      exitStatus: 0,
      error: null,
      jobs: [],
    });
  });
});

const flags = (values: Readonly<Record<string, string>>): RawOptions =>
  new Map(Object.entries(values).map(([key, text]) => [key, { text, from: 'flag' }])) as RawOptions;

describe('the command that loads rejects', () => {
  test.each<[string, RawOptions, string | null, Readonly<Record<string, unknown>> | undefined, string[], string]>([
    [
      'has the same options, except those about the file',
      flags({ delimiter: ';', key: 'x.csv', ifChanged: 'true', replace: 'true', expectedSize: '1TiB', wait: 'true' }),
      null,
      undefined,
      ['people.csv.rejects'],
      "csv2ddb upload people.csv.rejects --delimiter ';' --wait",
    ],
    [
      'skips neither lines nor records',
      flags({ skipLines: '2', skipRecords: '5', maxRecords: '9', compression: 'gzip' }),
      null,
      undefined,
      ['a.rejects', 'b.rejects'],
      'csv2ddb upload a.rejects b.rejects --compression auto --skip-lines 0 --skip-records 0 --max-records 999999999999999',
    ],
    [
      'repeats the default settings if some of them do not fit rejects',
      flags({}),
      null,
      { 'skip-records': 5, delimiter: '|' },
      ['a.rejects'],
      "csv2ddb upload a.rejects --skip-records 0 --delimiter '|'",
    ],
    [
      'does not skip the lines that the defaults skip',
      flags({}),
      null,
      { 'skip-lines': 1, 'no-header': true, columns: ['id', 'name'] },
      ['a.rejects'],
      'csv2ddb upload a.rejects --skip-lines 0 --no-header --columns id,name',
    ],
    ['leaves other defaults to the pipeline', flags({}), null, { delimiter: '|' }, ['a'], 'csv2ddb upload a'],
    [
      'gives each file a key that the pipeline loads',
      flags({ name: 'x' }),
      'DATA.csv',
      undefined,
      ['bad/a.rejects', 'bad/b.rejects'],
      'csv2ddb upload bad/a.rejects --name x --key a.rejects-DATA.csv\n  csv2ddb upload bad/b.rejects --name x --key b.rejects-DATA.csv',
    ],
  ])('%s', (_, given, suffix, defaults, files, command) => {
    expect(suggestCommands({ given, env: {}, suffix, defaults }).load(files)).toBe(command);
  });
});
