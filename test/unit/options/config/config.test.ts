import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { readConfig, type ConfiguredOptions } from '../../../../src/options/config/config.ts';
import { describeOptions, parseOptions, type ParsedOptions } from '../../../../src/options/parse.ts';
import { resolveDirect, resolveLocal } from '../../../../src/options/resolve.ts';
import type { Settings } from '../../../../src/load/settings.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { processContext, makeRawOptions, type Texts } from '../given.ts';

const dir = tempDir();

/** A config file of this content; shown in messages by `people.yaml`. */
function configFile(content: string | Buffer, name = 'people.yaml'): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

async function readWith(
  content: string,
  flags: Texts = {},
  environment: Texts = {},
  sources: string[] = [],
): Promise<ConfiguredOptions> {
  return readConfig(sources, makeRawOptions({ config: configFile(content), ...flags }, environment));
}

const parsedFrom = ({ sources, given, problems }: ConfiguredOptions): ParsedOptions =>
  parseOptions(given, sources, problems);

async function settingsOf(...args: Parameters<typeof readWith>): Promise<Settings> {
  const configured = await readWith(...args);
  return resolveDirect(parsedFrom(configured), processContext);
}

/** Returns the lines of the error message, without the folder. */
async function problemsOf(run: () => Promise<unknown>): Promise<string[]> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    expect(error.code).toBe('USAGE');
    return error.message.replaceAll(join(dir, '/'), '').split('\n');
  }
  throw new Error('the file is accepted');
}

describe('a config file', () => {
  it('sets options and sources', async () => {
    const settings = await settingsOf(
      [
        '# people',
        '$schema: ./config.schema.json',
        'sources: [a.csv, "b,c.csv"]',
        'table: people',
        'delimiter: ;',
        'types: {age: N, "a:b": BOOL}',
        'null-strings: ["NULL", \\N]',
        'max-errors: 1%',
        'retry-for: 1h',
        'max-record-bytes: 4096',
        'create-table: true',
        '',
      ].join('\n'),
    );
    expect(settings.sources).toEqual(['a.csv', 'b,c.csv']);
    expect(settings.table).toBe('people');
    expect(settings.read.dialect).toMatchObject({ delimiter: ';', maxRecordBytes: 4096 });
    expect([...settings.map.types]).toEqual([['age', 'N'], ['a:b', 'BOOL']]); // prettier-ignore
    expect(settings.map.nullStrings).toEqual(['NULL', '\\N']);
    expect(settings.write).toMatchObject({ maxErrors: { kind: 'share', percent: 1 }, retryForMs: 3_600_000, createTable: true }); // prettier-ignore
  });

  it('can be JSON with tabs and a byte-order mark', async () => {
    const path = configFile(
      '\ufeff{\n\t"sources": ["a.csv"],\n\t"table": "people",\n\t"concurrency": 4\n}\n',
      'people.json',
    );
    const configured = await readConfig([], makeRawOptions({ config: path }));
    const settings = resolveDirect(parsedFrom(configured), processContext);
    expect(settings).toMatchObject({ sources: ['a.csv'], table: 'people', write: { concurrency: 4 } });
  });

  it('is YAML without a file extension, and can be empty', async () => {
    for (const content of ['', '# nothing\n', '---\n', 'null\n', '{}']) {
      const configured = await readConfig(
        ['a.csv'],
        makeRawOptions({ config: configFile(content, 'settings'), table: 'people' }),
      );
      expect(configured.problems).toEqual([]);
      expect(resolveDirect(parsedFrom(configured), processContext).table).toBe('people');
    }
  });

  it('is not read without --config', async () => {
    const all = makeRawOptions({ table: 'people' });
    expect(await readConfig(['a.csv'], all)).toEqual({ sources: ['a.csv'], given: all, problems: [] });
  });

  it('can be set in the environment', async () => {
    const configured = await readConfig([], makeRawOptions({}, { config: configFile('table: people') }));
    expect(configured.given.get('table')).toMatchObject({ text: 'people', from: 'file' });
  });

  it('can contain options of another command', async () => {
    const configured = await readWith('table: people\nport: 0\nlocal: tables');
    expect(resolveLocal({ ...parsedFrom(configured), sources: [] }, processContext)).toMatchObject({
      dir: 'tables',
      port: 0,
    });
    expect(resolveLocal({ ...parsedFrom(configured), sources: ['named'] }, processContext)).toMatchObject({
      dir: 'named',
    });
  });

  it('is shown as the origin of an option by --verbose', async () => {
    const { given: all } = await readWith('table: people\ntypes: {age: N}', { concurrency: '4' }, { empty: 'null' });
    const lines = describeOptions(parseOptions(all), ['table', 'types', 'concurrency', 'empty', 'ragged']);
    expect(lines.map((line) => line.replace(join(dir, '/'), ''))).toEqual([
      '  table        people  (people.yaml)',
      '  types        age:N  (people.yaml)',
      '  concurrency  4  (flag)',
      '  empty        null  (CSV2DDB_EMPTY)',
      '  ragged       reject  (default)',
    ]);
  });
});

describe('flags override the environment, which overrides the file', () => {
  const base = 'table: people\nsources: [file.csv]\n';

  it('for one option', async () => {
    const file = `${base}concurrency: 1`;
    expect((await settingsOf(file)).write.concurrency).toBe(1);
    expect((await settingsOf(file, {}, { concurrency: '2' })).write.concurrency).toBe(2);
    expect((await settingsOf(file, { concurrency: '3' }, { concurrency: '2' })).write.concurrency).toBe(3);
  });

  it('for sources', async () => {
    expect((await settingsOf(base)).sources).toEqual(['file.csv']);
    expect((await settingsOf(base, {}, {}, ['named.csv'])).sources).toEqual(['named.csv']);
  });

  it('for opposites', async () => {
    expect((await settingsOf(`${base}resume: true`, { restart: 'true' })).report.onUnfinished).toBe('restart');
    expect((await settingsOf(`${base}resume: true`, {}, { restart: 'true' })).report.onUnfinished).toBe('restart');
    expect((await settingsOf(`${base}resume: true`, {}, { restart: 'false' })).report.onUnfinished).toBe('resume');
    expect((await settingsOf(`${base}quiet: true`, { verbose: 'true' })).report).toMatchObject({ quiet: false });
    expect((await settingsOf(`${base}region: eu-west-1`, { local: 'd' })).aws.region).toBeUndefined();
    expect((await settingsOf(`${base}local: true`, {}, { region: 'eu-west-1' })).write.localDir).toBeUndefined();
  });

  it('but opposites in one file are an error', async () => {
    expect(await problemsOf(() => settingsOf(`${base}resume: true\nrestart: true`))).toEqual([
      '--resume and --restart cannot be combined: use one of them',
    ]);
  });
});

describe('a config file is rejected if it contains', () => {
  it.each<[title: string, content: string, problem: string]>([
    ['an unknown option', 'table: people\n\ndelimeter: ;', "people.yaml, line 3: unknown option 'delimeter' (did you mean 'delimiter'?)"], // prettier-ignore
    ['an option in camel case', 'table: people\nmaxErrors: 1', "people.yaml, line 2: unknown option 'maxErrors' (did you mean 'max-errors'?)"], // prettier-ignore
    ['an invalid value', 'table: people\nconcurrency: 0', "people.yaml, line 2: concurrency must be auto or a whole number from 1 to 1024, not '0'"], // prettier-ignore
    ['an invalid value of another command', 'table: people\nport: 99999', "people.yaml, line 2: port must be a whole number from 0 to 65535, not '99999'"], // prettier-ignore
    ['an option without a value', 'table: people\nempty: null', 'people.yaml, line 2: empty has no value: omit the option, or put a value like null, | or # in quotes'], // prettier-ignore
    ['an unquoted pipe', 'table: people\ndelimiter: |', 'people.yaml, line 2: delimiter has no value: omit the option, or put a value like null, | or # in quotes'], // prettier-ignore
    ['an unquoted hash', 'table: people\ncomment: #', 'people.yaml, line 2: comment has no value: omit the option, or put a value like null, | or # in quotes'], // prettier-ignore
    ['an unquoted NULL', 'table: people\nnull-strings: [NULL, ~]', 'people.yaml, line 2: null-strings contains null instead of a string: put it in quotes'], // prettier-ignore
    ['an unquoted number in a list of strings', 'table: people\ncolumns: [id, 0123]', 'people.yaml, line 2: columns contains the number 123 instead of a string: put it in quotes'], // prettier-ignore
    [
      'a list in a list',
      'table: people\ncolumns: [[id]]',
      'people.yaml, line 2: columns contains a list instead of a string',
    ],
    ['a map in a map', 'table: people\ntypes: {a: {b: N}}', "people.yaml, line 2: types must map 'a' to a string, not a map"], // prettier-ignore
    ['a list that contains itself', 'table: people\ncolumns: &a [*a]', 'people.yaml, line 2: columns contains a list instead of a string'], // prettier-ignore
    ['the option config', 'table: people\nconfig: x', 'people.yaml, line 2: config cannot be set in a config file'],
    ['a key that is __proto__', 'table: people\n__proto__: x', "people.yaml, line 2: unknown option '__proto__'"],
    ['a YAML 1.1 merge key', 'table: people\n<<: {a: 1}', "people.yaml, line 2: unknown option '<<'"],
    ['sources that are not a list', 'table: people\nsources: a.csv', "people.yaml, line 2: sources must be a list like [people.csv], not the string 'a.csv'"], // prettier-ignore
    [
      'an empty list of sources',
      'table: people\nsources: []',
      'people.yaml, line 2: sources must not be an empty list: omit the option',
    ],
    ['an empty source name', 'table: people\nsources: [""]', 'people.yaml, line 2: sources contains an empty name'],
    ['a source that is a number', 'table: people\nsources: [1]', 'people.yaml, line 2: sources contains the number 1 instead of a string: put it in quotes'], // prettier-ignore
    ['a duplicate key', 'table: people\ntable: other', "people.yaml, line 2: 'table' appears twice, first on line 1"],
    [
      'a duplicate key in a nested map',
      'types:\n  a: N\n  a: S',
      "people.yaml, line 3: 'a' appears twice, first on line 2",
    ],
    ['a key that is a list', 'table: people\n? [a]\n: 1', 'people.yaml, line 2: an option name must be a string, not a list, a map or an alias'], // prettier-ignore
    ['an empty alias', 'table: people\ncomment: *', "people.yaml, line 2: invalid YAML: Alias cannot be an empty string"], // prettier-ignore
    ['an unquoted glob', 'table: people\nsources: [*.csv]', 'people.yaml, line 2: *.csv is not defined: put it in quotes if it is a string'], // prettier-ignore
    ['an unquoted comma', 'table: people\ndelimiter: ,', 'people.yaml, line 2: invalid YAML: Plain value cannot start with flow indicator character ,'], // prettier-ignore
    ['an unclosed quote', 'table: people\nquote: \'', "people.yaml, line 2: invalid YAML: Missing closing 'quote"], // prettier-ignore
    ['an unknown tag', 'table: !secret people', 'people.yaml, line 1: invalid YAML: Unresolved tag: !secret'],
    [
      'text that is not a map',
      'id,name\n1,Ann',
      'people.yaml: the config file must contain option names and values, like table: people',
    ],
    [
      'a list of options',
      '- table: people',
      'people.yaml: the config file must contain option names and values, like table: people',
    ],
    ['too many aliases', `columns: &a [a]\n${Array.from({ length: 101 }, (_, i) => `k${i}: *a`).join('\n')}`, 'people.yaml: the config file has more than 100 aliases'], // prettier-ignore
    ['more than one document', 'table: people\n---\ntable: other', 'people.yaml, line 2: the config file contains more than one YAML document'], // prettier-ignore
  ])('%s', async (_, content, problem) => {
    const named = content.includes('sources') ? [] : ['a.csv'];
    expect(await problemsOf(() => settingsOf(content, { table: 'people' }, {}, named))).toEqual([problem]);
  });

  it('problems, which are reported together with those of other origins', async () => {
    const content = 'tabel: people\nconcurrency: 0\nresume: maybe\n';
    expect(await problemsOf(() => settingsOf(content, { ragged: 'rejct', concurrency: '4' }, {}, ['a.csv']))).toEqual([
      '5 problems',
      "  people.yaml, line 1: unknown option 'tabel' (did you mean 'table'?)",
      "  people.yaml, line 2: concurrency must be auto or a whole number from 1 to 1024, not '0'",
      "  people.yaml, line 3: resume must be true or false, not 'maybe'",
      "  --ragged must be one of reject, pad, truncate, not 'rejct' (did you mean 'reject'?)",
      '  --table is required: name the table to load into, like --table people',
    ]);
  });

  it('an invalid table, which is not also reported as missing', async () => {
    expect(await problemsOf(() => settingsOf('table: 2024', {}, {}, ['a.csv']))).toEqual([
      'people.yaml, line 1: table must be a string, not the number 2024: put it in quotes',
    ]);
  });

  it.each<[title: string, name: string, content: string, problem: RegExp]>([
    ['a trailing comma in JSON', 'p.json', '{\n  "table": "people",\n}', /^p\.json(, line \d)?: invalid JSON: [^"]*$/],
    [
      'an unquoted string in JSON',
      'p.json',
      '{"table": "a", "sort-key": people, "empty": "null"}',
      /^p\.json(, line 1)?: invalid JSON: [^"]*$/,
    ],
    ['YAML in a JSON file', 'p.json', 'table: people', /^p\.json(, line 1)?: invalid JSON: [^"]*$/],
    ['a duplicate key in JSON', 'p.json', '{"table": "a",\n"table": "b"}', /^p\.json, line 2: 'table' appears twice/],
    ['a list in JSON', 'p.json', '[]', /^p\.json: the config file must contain option names and values/],
    ['bytes that are not UTF-8', 'p.yaml', 'table: \xff', /^p\.yaml: the config file is not UTF-8 text/],
    ['more than 1 MiB', 'p.yaml', '#'.repeat(1024 ** 2 + 1), /^p\.yaml: the config file is larger than 1 MiB/],
  ])('%s', async (_, name, content, problem) => {
    const path = configFile(Buffer.from(content, 'latin1'), name);
    const [first] = await problemsOf(() => readConfig(['a.csv'], makeRawOptions({ config: path, table: 'people' })));
    expect(first).toMatch(problem);
  });

  it('is rejected if it does not exist or is a folder', async () => {
    const missing = join(dir, 'missing.yaml');
    expect(await problemsOf(() => readConfig([], makeRawOptions({ config: missing, concurrency: '0' })))).toEqual([
      '2 problems',
      '  missing.yaml: cannot read the config file: it does not exist',
      "  --concurrency must be auto or a whole number from 1 to 1024, not '0'",
    ]);
    mkdirSync(join(dir, 'folder'));
    const [first] = await problemsOf(() => readConfig([], makeRawOptions({ config: join(dir, 'folder') })));
    expect(first).toMatch(/^folder: cannot read the config file: /);
  });
});

describe('YAML values are read as expected:', () => {
  it.each<[title: string, line: string, text: string]>([
    ['yes as true', 'no-header: yes', 'yes'],
    ['a date as a string', 'table: 2024-01-31', '2024-01-31'],
    ['none as a string', 'quote: none', 'none'],
    ['a tab in double quotes', 'delimiter: "\\t"', '\t'],
    ['a tab without quotes', 'delimiter: \\t', '\\t'],
    ['a number with a leading zero', 'skip-records: 0123', '123'],
    ['numbers as column names', 'rename: {0123: number, 1.0: one}', '0123=number,1.0=one'],
    ['null as a column name', 'types: {null: S, ~: N}', 'null:S,~:N'],
    ['an alias', 'columns: &c [a, b]\nselect: *c', 'a,b'],
    ['no as false, despite %YAML 1.1', 'no-header: no', 'no'],
  ])('%s', async (_, line, text) => {
    const { given: all, problems } = await readWith(
      line.startsWith('no-header: no') ? `%YAML 1.1\n---\n${line}` : line,
    );
    expect(problems).toEqual([]);
    const others = [...all].filter(([key]) => key !== 'config');
    expect(others.at(-1)?.[1].text).toBe(text);
  });
});
