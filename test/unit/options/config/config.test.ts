import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { readConfig, type Told } from '../../../../src/options/config/config.ts';
import { describeOptions, parseOptions, type ParsedOptions } from '../../../../src/options/parse.ts';
import { resolveDirect, resolveLocal } from '../../../../src/options/resolve.ts';
import type { Settings } from '../../../../src/load/settings.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { around, given, type Texts } from '../given.ts';

const dir = tempDir();

/** A config file of this content; shown in messages by `people.yaml`. */
function configFile(content: string | Buffer, name = 'people.yaml'): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

async function tell(
  content: string,
  flags: Texts = {},
  environment: Texts = {},
  sources: string[] = [],
): Promise<Told> {
  return readConfig(sources, given({ config: configFile(content), ...flags }, environment));
}

const parsedFrom = ({ sources, given, problems }: Told): ParsedOptions => parseOptions(given, sources, problems);

async function settingsOf(...args: Parameters<typeof tell>): Promise<Settings> {
  const told = await tell(...args);
  return resolveDirect(parsedFrom(told), around);
}

/** What is wrong, without the folder. */
async function complaint(run: () => Promise<unknown>): Promise<string[]> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    expect(error.code).toBe('USAGE');
    return error.message.replaceAll(join(dir, '/'), '').split('\n');
  }
  throw new Error('the file is taken');
}

describe('a config file', () => {
  it('gives options and sources', async () => {
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

  it('may be JSON, indented with tabs and with a byte-order mark', async () => {
    const path = configFile(
      '\ufeff{\n\t"sources": ["a.csv"],\n\t"table": "people",\n\t"concurrency": 4\n}\n',
      'people.json',
    );
    const told = await readConfig([], given({ config: path }));
    const settings = resolveDirect(parsedFrom(told), around);
    expect(settings).toMatchObject({ sources: ['a.csv'], table: 'people', write: { concurrency: 4 } });
  });

  it('without an ending, or with nothing but comments, is YAML, too', async () => {
    for (const content of ['', '# nothing\n', '---\n', 'null\n', '{}']) {
      const told = await readConfig(['a.csv'], given({ config: configFile(content, 'settings'), table: 'people' }));
      expect(told.problems).toEqual([]);
      expect(resolveDirect(parsedFrom(told), around).table).toBe('people');
    }
  });

  it('is not there without --config', async () => {
    const all = given({ table: 'people' });
    expect(await readConfig(['a.csv'], all)).toEqual({ sources: ['a.csv'], given: all, problems: [] });
  });

  it('is found through the environment', async () => {
    const told = await readConfig([], given({}, { config: configFile('table: people') }));
    expect(told.given.get('table')).toMatchObject({ text: 'people', from: 'file' });
  });

  it('may be of another command', async () => {
    const told = await tell('table: people\nport: 0\nlocal: tables');
    expect(resolveLocal({ ...parsedFrom(told), sources: [] }, around)).toMatchObject({ dir: 'tables', port: 0 });
    expect(resolveLocal({ ...parsedFrom(told), sources: ['named'] }, around)).toMatchObject({ dir: 'named' });
  });

  it('is named by --verbose', async () => {
    const { given: all } = await tell('table: people\ntypes: {age: N}', { concurrency: '4' }, { empty: 'null' });
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

describe('flags win over the environment, the environment over the file', () => {
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

  it('but not for opposites that stand in one file', async () => {
    expect(await complaint(() => settingsOf(`${base}resume: true\nrestart: true`))).toEqual([
      '--resume and --restart contradict each other: leave one out',
    ]);
  });
});

describe('what is wrong in a config file', () => {
  it.each<[title: string, content: string, problem: string]>([
    ['an unknown option', 'table: people\n\ndelimeter: ;', "people.yaml, line 3: unknown option 'delimeter' (did you mean 'delimiter'?)"], // prettier-ignore
    ['an option in camel case', 'table: people\nmaxErrors: 1', "people.yaml, line 2: unknown option 'maxErrors' (did you mean 'max-errors'?)"], // prettier-ignore
    ['a value', 'table: people\nconcurrency: 0', "people.yaml, line 2: concurrency takes auto or a whole number from 1 to 1024, not '0'"], // prettier-ignore
    ['a value of another command', 'table: people\nport: 99999', "people.yaml, line 2: port takes a whole number from 0 to 65535, not '99999'"], // prettier-ignore
    ['no value', 'table: people\nempty: null', 'people.yaml, line 2: empty has no value: leave it out, or put in quotes what is a text, like null, | or #'], // prettier-ignore
    ['a pipe without quotes', 'table: people\ndelimiter: |', 'people.yaml, line 2: delimiter has no value: leave it out, or put in quotes what is a text, like null, | or #'], // prettier-ignore
    ['a hash without quotes', 'table: people\ncomment: #', 'people.yaml, line 2: comment has no value: leave it out, or put in quotes what is a text, like null, | or #'], // prettier-ignore
    ['NULL without quotes', 'table: people\nnull-strings: [NULL, ~]', 'people.yaml, line 2: null-strings has nothing where a text belongs: put it in quotes'], // prettier-ignore
    ['a number that is a text', 'table: people\ncolumns: [id, 0123]', 'people.yaml, line 2: columns has the number 123 where a text belongs: put it in quotes'], // prettier-ignore
    [
      'lists in a list',
      'table: people\ncolumns: [[id]]',
      'people.yaml, line 2: columns has a list where a text belongs',
    ],
    ['maps in a map', 'table: people\ntypes: {a: {b: N}}', "people.yaml, line 2: types has for 'a' a map where a text belongs"], // prettier-ignore
    ['a list that contains itself', 'table: people\ncolumns: &a [*a]', 'people.yaml, line 2: columns has a list where a text belongs'], // prettier-ignore
    ['a config file', 'table: people\nconfig: x', 'people.yaml, line 2: config cannot be set in a config file'],
    ['a key that is __proto__', 'table: people\n__proto__: x', "people.yaml, line 2: unknown option '__proto__'"],
    ['a merge, which YAML 1.2 does not have', 'table: people\n<<: {a: 1}', "people.yaml, line 2: unknown option '<<'"],
    ['sources that are no list', 'table: people\nsources: a.csv', "people.yaml, line 2: sources is the text 'a.csv' where a list like [people.csv] belongs"], // prettier-ignore
    [
      'sources that are empty',
      'table: people\nsources: []',
      'people.yaml, line 2: sources is an empty list: leave it out',
    ],
    ['a source without name', 'table: people\nsources: [""]', 'people.yaml, line 2: sources has an empty name'],
    ['a source that is a number', 'table: people\nsources: [1]', 'people.yaml, line 2: sources has the number 1 where a text belongs: put it in quotes'], // prettier-ignore
    ['a key twice', 'table: people\ntable: other', "people.yaml, line 2: 'table' is there twice, first in line 1"],
    ['a key twice further in', 'types:\n  a: N\n  a: S', "people.yaml, line 3: 'a' is there twice, first in line 2"],
    ['a key that is a list', 'table: people\n? [a]\n: 1', 'people.yaml, line 2: a list, a map or an alias stands where a name belongs'], // prettier-ignore
    ['an alias of nothing', 'table: people\ncomment: *', "people.yaml, line 2: this is not YAML: Alias cannot be an empty string"], // prettier-ignore
    ['a pattern without quotes', 'table: people\nsources: [*.csv]', 'people.yaml, line 2: *.csv is defined nowhere: put it in quotes'], // prettier-ignore
    ['a comma without quotes', 'table: people\ndelimiter: ,', 'people.yaml, line 2: this is not YAML: Plain value cannot start with flow indicator character ,'], // prettier-ignore
    ['a quote that is not closed', 'table: people\nquote: \'', "people.yaml, line 2: this is not YAML: Missing closing 'quote"], // prettier-ignore
    ['an unknown tag', 'table: !secret people', 'people.yaml, line 1: this is not YAML: Unresolved tag: !secret'],
    ['no map', 'id,name\n1,Ann', 'people.yaml: this is no map of options, like table: people'],
    ['a list', '- table: people', 'people.yaml: this is no map of options, like table: people'],
    ['aliases without end', `columns: &a [a]\n${Array.from({ length: 101 }, (_, i) => `k${i}: *a`).join('\n')}`, 'people.yaml: this has more than 100 aliases, and is no config file'], // prettier-ignore
    ['more than one document', 'table: people\n---\ntable: other', 'people.yaml, line 2: it holds several documents, and one is meant'], // prettier-ignore
  ])('%s', async (_, content, problem) => {
    const named = content.includes('sources') ? [] : ['a.csv'];
    expect(await complaint(() => settingsOf(content, { table: 'people' }, {}, named))).toEqual([problem]);
  });

  it('is all told together, with what is wrong elsewhere', async () => {
    const content = 'tabel: people\nconcurrency: 0\nresume: maybe\n';
    expect(await complaint(() => settingsOf(content, { ragged: 'rejct', concurrency: '4' }, {}, ['a.csv']))).toEqual([
      '5 problems',
      "  people.yaml, line 1: unknown option 'tabel' (did you mean 'table'?)",
      "  people.yaml, line 2: concurrency takes auto or a whole number from 1 to 1024, not '0'",
      "  people.yaml, line 3: resume takes true or false, not 'maybe'",
      "  --ragged takes one of reject, pad, truncate, not 'rejct' (did you mean 'reject'?)",
      '  --table is missing: the table to load into, like --table people',
    ]);
  });

  it('is no missing table where a table stands that is none', async () => {
    expect(await complaint(() => settingsOf('table: 2024', {}, {}, ['a.csv']))).toEqual([
      'people.yaml, line 1: table is the number 2024 where a text belongs: put it in quotes',
    ]);
  });

  it.each<[title: string, name: string, content: string, problem: RegExp]>([
    ['a comma too many', 'p.json', '{\n  "table": "people",\n}', /^p\.json(, line \d)?: this is not JSON: [^"]*$/],
    [
      'a text without quotes',
      'p.json',
      '{"table": "a", "sort-key": people, "empty": "null"}',
      /^p\.json(, line 1)?: this is not JSON: [^"]*$/,
    ],
    ['no JSON at all', 'p.json', 'table: people', /^p\.json(, line 1)?: this is not JSON: [^"]*$/],
    ['a key twice in JSON', 'p.json', '{"table": "a",\n"table": "b"}', /^p\.json, line 2: 'table' is there twice/],
    ['a list in JSON', 'p.json', '[]', /^p\.json: this is no map of options/],
    ['bytes that are not UTF-8', 'p.yaml', 'table: \xff', /^p\.yaml: it is not UTF-8 text/],
    ['more than 1 MiB', 'p.yaml', '#'.repeat(1024 ** 2 + 1), /^p\.yaml: it is larger than 1 MiB/],
  ])('%s', async (_, name, content, problem) => {
    const path = configFile(Buffer.from(content, 'latin1'), name);
    const [first] = await complaint(() => readConfig(['a.csv'], given({ config: path, table: 'people' })));
    expect(first).toMatch(problem);
  });

  it('a file that is not there, or a folder, ends the run, with what else is known to be wrong', async () => {
    const missing = join(dir, 'missing.yaml');
    expect(await complaint(() => readConfig([], given({ config: missing, concurrency: '0' })))).toEqual([
      '2 problems',
      '  missing.yaml: the config file cannot be read: there is no such file',
      "  --concurrency takes auto or a whole number from 1 to 1024, not '0'",
    ]);
    mkdirSync(join(dir, 'folder'));
    const [first] = await complaint(() => readConfig([], given({ config: join(dir, 'folder') })));
    expect(first).toMatch(/^folder: the config file cannot be read: /);
  });
});

describe('YAML that looks like something else', () => {
  it.each<[title: string, line: string, text: string]>([
    ['yes is on', 'no-header: yes', 'yes'],
    ['a date is a text', 'table: 2024-01-31', '2024-01-31'],
    ['none is a text', 'quote: none', 'none'],
    ['a tab in double quotes', 'delimiter: "\\t"', '\t'],
    ['a tab without quotes', 'delimiter: \\t', '\\t'],
    ['a number with a zero in front', 'skip-records: 0123', '123'],
    ['a column that is a number', 'rename: {0123: number, 1.0: one}', '0123=number,1.0=one'],
    ['a column called null', 'types: {null: S, ~: N}', 'null:S,~:N'],
    ['an alias', 'columns: &c [a, b]\nselect: *c', 'a,b'],
    ['%YAML 1.1 changes nothing', 'no-header: no', 'no'],
  ])('%s', async (_, line, text) => {
    const { given: all, problems } = await tell(line.startsWith('no-header: no') ? `%YAML 1.1\n---\n${line}` : line);
    expect(problems).toEqual([]);
    const others = [...all].filter(([key]) => key !== 'config');
    expect(others.at(-1)?.[1].text).toBe(text);
  });
});
