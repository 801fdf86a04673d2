import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../src/errors.ts';
import { parseOptions } from '../../../src/options/parse.ts';
import { resolveDirect, resolveLocal } from '../../../src/options/resolve.ts';
import { processContext, makeRawOptions, type Texts } from './given.ts';

function problemsOf(sources: string[], flags: Texts, environment: Texts = {}): LoaderError {
  try {
    resolveDirect(parseOptions(makeRawOptions(flags, environment), sources), processContext);
  } catch (error) {
    if (error instanceof LoaderError) return error;
  }
  throw new Error('the settings are accepted');
}

describe('settings', () => {
  it('have every default filled in', () => {
    expect(resolveDirect(parseOptions(makeRawOptions({ table: 'people' }), ['people.csv']), processContext)).toEqual({
      aws: { region: undefined, profile: undefined, endpointUrl: undefined },
      table: 'people',
      sources: ['people.csv'],
      source: { compression: 'auto', skipLines: 0, skipRecords: 0, maxRecords: undefined },
      read: {
        dialect: {
          encoding: 'utf-8',
          delimiter: ',',
          quote: '"',
          escape: undefined,
          comment: undefined,
          trim: false,
          multiline: true,
          strayQuotes: 'reject',
          unescape: undefined,
          maxRecordBytes: 4 * 1024 ** 2,
        },
        header: true,
        columns: undefined,
        unnamed: 'reject',
        sameName: 'reject',
        ragged: 'reject',
      },
      map: { types: new Map(), rename: new Map(), select: undefined, drop: [], empty: 'omit', nullStrings: [] },
      write: {
        concurrency: 'auto',
        maxWriteUnits: undefined,
        checksShape: true,
        maxErrors: { kind: 'count', count: 1000 },
        retryForMs: 900_000,
        createTable: false,
        partitionKey: undefined,
        sortKey: undefined,
        localDir: undefined,
      },
      report: {
        rejects: undefined,
        checkpoint: undefined,
        onUnfinished: 'refuse',
        summary: undefined,
        notify: undefined,
        reportEveryMs: 10_000,
        json: false,
        quiet: false,
        verbose: false,
        color: true,
      },
    });
  });

  it('read standard input without sources, unless it is a terminal', () => {
    const piped = { ...processContext, stdinIsTerminal: false };
    expect(resolveDirect(parseOptions(makeRawOptions({ table: 'people' }), []), piped).sources).toEqual(['-']);
  });

  it('create the table with --local', () => {
    const { write } = resolveDirect(
      parseOptions(makeRawOptions({ table: 'people', local: 'dir' }), ['a.csv']),
      processContext,
    );
    expect(write).toMatchObject({ localDir: 'dir', createTable: true });
  });

  it.each<[title: string, flags: Texts, env: NodeJS.ProcessEnv, color: boolean]>([
    ['by default', {}, {}, true],
    ['not with --no-color', { noColor: 'true' }, {}, false],
    ['not with NO_COLOR', {}, { NO_COLOR: '1' }, false],
    ['with an empty NO_COLOR', {}, { NO_COLOR: '' }, true],
    ['not on a dumb terminal', {}, { TERM: 'dumb' }, false],
  ])('have colors %s', (_, flags, env, color) => {
    const settings = resolveDirect(parseOptions(makeRawOptions({ table: 'people', ...flags }), ['a.csv']), {
      ...processContext,
      env,
    });
    expect(settings.report.color).toBe(color);
  });
});

describe('flags override the environment', () => {
  const resolve = (flags: Texts, environment: Texts) =>
    resolveDirect(parseOptions(makeRawOptions({ table: 'people', ...flags }, environment), ['a.csv']), processContext);

  it('for one option', () => {
    expect(resolve({ concurrency: '2' }, { concurrency: '3' }).write.concurrency).toBe(2);
    expect(resolve({}, { concurrency: '3' }).write.concurrency).toBe(3);
  });

  it('for opposite options', () => {
    expect(resolve({ restart: 'true' }, { resume: 'true' }).report.onUnfinished).toBe('restart');
    expect(resolve({ verbose: 'true' }, { quiet: 'true' }).report).toMatchObject({ quiet: false, verbose: true });
    expect(resolve({ local: 'dir' }, { region: 'eu-west-1' }).aws.region).toBeUndefined();
    expect(resolve({ region: 'eu-west-1' }, { local: 'dir' }).write.localDir).toBeUndefined();
  });

  it('but a switch that is off has no opposite', () => {
    expect(resolve({}, { resume: 'true', restart: 'false' }).report.onUnfinished).toBe('resume');
    expect(resolve({ restart: 'true' }, { resume: 'false' }).report.onUnfinished).toBe('restart');
  });
});

describe('options can be combined:', () => {
  const resolve = (flags: Texts, sources = ['a.csv'], environment: Texts = {}) =>
    resolveDirect(parseOptions(makeRawOptions({ table: 'people', ...flags }, environment), sources), processContext);

  it.each([
    [['s3://bucket/a.csv'], {}],
    [['S3://bucket/a.csv'], {}],
    [['a.csv'], { notify: 'arn:aws:sns:eu-west-1:123456789012:loads' }],
  ])('region and profile with --local, for %j %j', (sources, more) => {
    const flags = { local: 'd', region: 'eu-west-1', profile: 'p', ...more };
    expect(resolve(flags, sources)).toMatchObject({
      aws: { region: 'eu-west-1', profile: 'p' },
      write: { localDir: 'd' },
    });
    const { local, ...rest } = flags;
    expect(resolve(rest, sources, { local })).toMatchObject({ aws: { region: 'eu-west-1' }, write: { localDir: 'd' } });
  });

  it("no quotes in PostgreSQL's text format, and the quote of the other formats", () => {
    expect(resolve({ unescape: 'postgres' }).read.dialect).toMatchObject({ unescape: 'postgres', quote: undefined });
    expect(resolve({ unescape: 'postgres', quote: 'none' }).read.dialect.quote).toBe(undefined);
    expect(resolve({ unescape: 'mysql' }).read.dialect).toMatchObject({ unescape: 'mysql', quote: '"' });
  });

  it('whether fields may contain line endings, and stray quotes', () => {
    const dialect = { multiline: false, strayQuotes: 'text' };
    expect(resolve({ multiline: 'no', strayQuotes: 'text' }).read.dialect).toMatchObject(dialect);
  });

  it('an escape equal to the quote', () => {
    expect(resolve({ quote: "'", escape: "'" }).read.dialect).toMatchObject({ quote: "'", escape: "'" });
  });

  it('no quote with any delimiter', () => {
    expect(resolve({ quote: 'none', delimiter: '"' }).read.dialect).toMatchObject({ quote: undefined, delimiter: '"' });
  });

  it('column names with and without a header', () => {
    expect(resolve({ noHeader: 'true', columns: 'id,name' }).read).toMatchObject({
      header: false,
      columns: ['id', 'name'],
    });
    expect(resolve({ columns: 'id,name' }).read).toMatchObject({ header: true, columns: ['id', 'name'] });
  });
});

describe('options are rejected for', () => {
  it.each<[title: string, sources: string[], flags: Texts, words: RegExp]>([
    ['no table', ['a.csv'], {}, /--table is required/],
    ['no source while standard input is a terminal', [], { table: 'people' }, /nothing to read: name a CSV file/],
    ['an empty source name', [''], { table: 'people' }, /a source name is empty/],
    ['standard input twice', ['-', '-'], { table: 'people' }, /only once/],
    [
      'a source taken as the folder of --local',
      [],
      { table: 'people', local: 'people.csv' },
      /^--local takes 'people.csv'/,
    ],
    ['standard input taken as the folder of --local', [], { table: 'people', local: '-' }, /^--local takes '-'/],
    [
      '--local and an endpoint',
      ['a'],
      { table: 'people', local: 'd', endpointUrl: 'http://h' },
      /cannot be combined with --endpoint-url/,
    ],
    [
      '--local and AWS',
      ['a'],
      { table: 'people', local: 'd', region: 'eu-west-1', profile: 'p' },
      /cannot be combined with --profile and --region/,
    ],
    [
      'a URL taken as the folder of --local',
      [],
      { table: 'people', local: 'https://u:p@h/a.csv' },
      /^--local takes 'https:\/\/h\/a.csv'/,
    ],
    [
      'a glob taken as the folder of --local',
      [],
      { table: 'people', local: 'data/*.csv' },
      /^--local takes 'data\/\*.csv'/,
    ],
    [
      '--local and an endpoint with S3 sources',
      ['s3://b/a.csv'],
      { table: 'people', local: 'd', region: 'eu-west-1', endpointUrl: 'http://h' },
      /cannot be combined with --endpoint-url$/,
    ],
    ['a null byte in a source name', ['a\0.csv'], { table: 'people' }, /contains a null byte/],
    ['--no-header without column names', ['a'], { table: 'people', noHeader: 'true' }, /--no-header needs --columns/],
    ['equal delimiter and comment', ['a'], { table: 'people', delimiter: '#', comment: '#' }, /--delimiter and --comment are the same text: change one of them$/], // prettier-ignore
    ['a comment that starts like the delimiter', ['a'], { table: 'people', delimiter: '||', comment: '|' }, /--delimiter and --comment start with the same character/], // prettier-ignore
    ['an escape equal to the delimiter', ['a'], { table: 'people', delimiter: '\\', escape: '\\' }, /--delimiter and --escape are the same/], // prettier-ignore
    ['an escape beside --unescape', ['a'], { table: 'people', unescape: 'mysql', escape: '\\' }, /--unescape and --escape cannot be combined/], // prettier-ignore
    ['trimming beside --unescape', ['a'], { table: 'people', unescape: 'mysql', trim: 'true' }, /--unescape and --trim cannot be combined/], // prettier-ignore
    ['quotes in the format of PostgreSQL', ['a'], { table: 'people', unescape: 'postgres', quote: "'" }, /--unescape postgres reads a format without quotes/], // prettier-ignore
    ['an unknown database', ['a'], { table: 'people', unescape: 'oracle' }, /must be one of postgres, mysql, redshift/],
    ['an escape without quotes', ['a'], { table: 'people', quote: 'none', escape: '\\' }, /--escape applies only inside quotes/], // prettier-ignore
    [
      'a quote that overlaps itself',
      ['a'],
      { table: 'people', quote: '%%' },
      /--quote starts and ends with the same text/,
    ],
    [
      'an escape that overlaps itself',
      ['a'],
      { table: 'people', escape: 'aba' },
      /--escape starts and ends with the same text/,
    ],
    ['--resume and --restart', ['a'], { table: 'people', resume: 'true', restart: 'true' }, /cannot be combined/],
    ['--quiet and --verbose', ['a'], { table: 'people', quiet: 'true', verbose: 'true' }, /cannot be combined/],
    ['a column both selected and dropped', ['a'], { table: 'people', select: 'x,y', drop: 'y' }, /both name 'y'/],
    [
      'equal delimiter and quote',
      ['a'],
      { table: 'people', delimiter: '"' },
      /--delimiter and --quote are the same text: change one of them, or use --quote none/,
    ],
    [
      'a line break as delimiter',
      ['a'],
      { table: 'people', delimiter: '\n' },
      /--delimiter must not contain a line break/,
    ],
    ['keys of an existing table', ['a'], { table: 'people', partitionKey: 'id' }, /can only be used with/],
    [
      'a sort key without a partition key',
      ['a'],
      { table: 'people', createTable: 'true', sortKey: 'at' },
      /--sort-key needs --partition-key/,
    ],
    [
      'equal keys',
      ['a'],
      { table: 'people', local: 'd', partitionKey: 'id', sortKey: 'id' },
      /name the same attribute/,
    ],
  ])('%s', (_, sources, flags, words) => {
    const error = problemsOf(sources, flags);
    expect(error.code).toBe('USAGE');
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('problems');
  });

  it('several reasons, which are listed together', () => {
    const error = problemsOf(['a.csv'], { concurrency: '0', resume: 'true', restart: 'true' }, { empty: 'maybe' });
    expect(error.message.split('\n')).toEqual([
      '4 problems',
      "  CSV2DDB_EMPTY must be one of omit, null, string, not 'maybe'",
      "  --concurrency must be auto or a whole number from 1 to 1024, not '0'",
      '  --table is required: name the table to load into, like --table people',
      '  --resume and --restart cannot be combined: use one of them',
    ]);
  });
});

it('csv2ddb local takes a folder and no file', () => {
  expect(resolveLocal(parseOptions(makeRawOptions({ port: '0' }), ['dir']), processContext)).toMatchObject({
    dir: 'dir',
    port: 0,
  });
  expect(() => resolveLocal(parseOptions(makeRawOptions({}), ['people.csv']), processContext)).toThrow(/is a file/);
});
