import { describe, expect, it } from 'vitest';
import { columnTypes, list, renames } from '../../../src/options/list-values.ts';
import { givenFrom } from '../../../src/options/from-json.ts';
import { allOptions, options, type OptionKey } from '../../../src/options/table.ts';
import { below, pick, random, type Random } from '../../helpers/random.ts';

/** What a value comes out as, after it was written as text. */
function valueOf(key: OptionKey, json: unknown): unknown {
  const { given, problems } = givenFrom({ [key]: json }, 'call');
  expect(problems).toEqual([]);
  const text = given.get(key)?.text;
  return text === undefined ? 'not given' : options[key].kind.parse(text);
}

function problemsOf(values: Record<string, unknown>, from: 'file' | 'call' = 'call'): readonly string[] {
  return givenFrom(values, from).problems;
}

describe('values as JSON', () => {
  it.each<[title: string, key: OptionKey, json: unknown, value: unknown]>([
    ['a number', 'concurrency', 4, 4],
    ['a number as text', 'concurrency', '4', 4],
    ['a word in place of a number', 'concurrency', 'auto', 'auto'],
    ['no record', 'skipRecords', 0, 0],
    ['a switch', 'createTable', true, true],
    ['a switch that is off', 'createTable', false, false],
    ['a switch as text', 'noHeader', 'yes', true],
    ['a size in bytes', 'maxRecordBytes', 4096, 4096],
    ['a size with its unit', 'maxRecordBytes', '64KiB', 65_536],
    ['a duration', 'retryFor', '30s', 30_000],
    ['a count of errors', 'maxErrors', 5, { kind: 'count', count: 5 }],
    ['a share of errors', 'maxErrors', '0.5%', { kind: 'share', percent: 0.5 }],
    ['a tab itself', 'delimiter', '\t', '\t'],
    ['a tab as it is typed', 'delimiter', '\\t', '\t'],
    ['no quote', 'quote', 'none', undefined],
    ['a list', 'columns', ['id', 'name'], ['id', 'name']],
    ['a list with one part', 'columns', ['id'], ['id']],
    ['a list as text', 'columns', 'id,name', ['id', 'name']],
    [
      'names with all that means something',
      'drop',
      ['a,b', 'c\\', '\\N', 'd:e=f', ' '],
      ['a,b', 'c\\', '\\N', 'd:e=f', ' '],
    ],
    ['types', 'types', { age: 'N', 'a:b,c\\': 'BOOL' }, new Map([['age', 'N'], ['a:b,c\\', 'BOOL']])], // prettier-ignore
    ['types as text', 'types', 'age:N', new Map([['age', 'N']])],
    ['names', 'rename', { 'a=b': 'c=d', __proto: 'x' }, new Map([['a=b', 'c=d'], ['__proto', 'x']])], // prettier-ignore
    ['a folder for --local', 'local', 'dir', 'dir'],
    ['--local alone', 'local', true, 'csv2ddb-local'],
    ['no --local', 'local', false, 'not given'],
    ['undefined', 'table', undefined, 'not given'],
  ])('%s', (_, key, json, value) => {
    expect(valueOf(key, json)).toEqual(value);
  });

  it('keep the name __proto__', () => {
    const types: unknown = JSON.parse('{"__proto__":"N"}');
    expect(valueOf('types', types)).toEqual(new Map([['__proto__', 'N']]));
  });
});

describe('values that do not fit', () => {
  it.each<[title: string, values: Record<string, unknown>, problem: string]>([
    ['nothing', { table: null }, 'table has no value: leave it out'],
    ['a number for a text', { table: 2024 }, 'table is the number 2024 where a text belongs: put it in quotes'],
    ['a switch for a text', { delimiter: true }, 'delimiter is true where a text belongs: put it in quotes'],
    ['a list for a text', { table: ['x'] }, 'table is a list where a text belongs'],
    ['a map for a number', { concurrency: {} }, 'concurrency is a map where a number belongs'],
    ['a switch for a number', { concurrency: true }, 'concurrency is true where a number belongs'],
    ['a fraction', { concurrency: 1.5 }, "concurrency takes auto or a whole number from 1 to 1024, not '1.5'"],
    ['no number', { concurrency: NaN }, "concurrency takes auto or a whole number from 1 to 1024, not 'NaN'"],
    ['a huge number', { maxRecords: 1e21 }, "maxRecords takes a whole number from 1 to 999999999999999, not '1e+21'"],
    ['a negative number', { maxErrors: -1 }, "maxErrors takes a number of records like 1000, or a share from 0% to 100%, not '-1'"], // prettier-ignore
    ['a duration without unit', { retryFor: 30 }, "retryFor takes a duration with its unit, like 500ms, 30s, 15m or 1h, from 0ms to 24 days, not '30'"], // prettier-ignore
    ['a number for a switch', { trim: 1 }, 'trim is the number 1 where true or false belongs'],
    ['a text that is no switch', { trim: 'maybe' }, "trim takes true or false, not 'maybe'"],
    ['a map for a list', { drop: { a: 1 } }, 'drop is a map where a list like [id,name] belongs'],
    ['an empty list', { drop: [] }, 'drop is an empty list: leave it out'],
    ['a number in a list', { columns: ['id', 2024] }, 'columns has the number 2024 where a text belongs: put it in quotes'], // prettier-ignore
    ['nothing in a list', { nullStrings: [null] }, 'nullStrings has nothing where a text belongs: put it in quotes'],
    ['an empty part', { drop: ['a', ''] }, 'drop has an empty part; it is a list like id,name'],
    ['only an empty part', { drop: [''] }, 'drop has an empty part; it is a list like id,name'],
    ['a part twice', { drop: ['a', 'a'] }, "drop has 'a' twice"],
    ['a list for a map', { types: ['age'] }, 'types is a list where a map like {age: N} belongs'],
    ['an instance for a map', { types: new Map([['age', 'N']]) }, 'types is a map where a map like {age: N} belongs'],
    ['an empty map', { types: {} }, 'types is an empty map: leave it out'],
    ['a type that is none', { types: { age: 'X' } }, "types gives column 'age' the type 'X'; types are S, N, BOOL, NULL, B"], // prettier-ignore
    ['no type', { types: { age: null } }, "types has for 'age' nothing where a text belongs: put it in quotes"],
    ['an empty name', { rename: { a: '' } }, 'rename has an empty name; it is a map like {old: new}'],
    ['one name for two columns', { rename: { a: 'x', b: 'x' } }, "rename gives two columns the name 'x'"],
    ['a zero byte in a path', { checkpoint: 'a\0b' }, 'checkpoint takes a path, which cannot hold a zero byte'],
    ['a name that is unknown', { delimeter: ';' }, "unknown option 'delimeter' (did you mean 'delimiter'?)"],
    ['a name like no other', { whatever: 1 }, "unknown option 'whatever'"],
    ['a config file', { config: 'a.yaml' }, "unknown option 'config'"],
    ['both spellings', { maxErrors: 1, 'max-errors': 2 }, 'max-errors is there twice, as maxErrors and as max-errors'],
  ])('%s', (_, values, problem) => {
    expect(problemsOf(values)).toEqual([problem]);
  });

  it('are told together, in their order, and are not missing', () => {
    const { given, problems } = givenFrom({ tabel: 'x', table: 1, concurrency: 0, region: 'eu-west-1' }, 'call');
    expect(problems).toHaveLength(3);
    expect(given.get('table')).toMatchObject({ isRefused: true });
    expect(given.get('region')).toEqual({ text: 'eu-west-1', from: 'call' });
  });

  it('show no secret of a URL', () => {
    expect(problemsOf({ endpointUrl: 'http://u:secret@h' }).join()).not.toContain('secret');
    expect(problemsOf({ concurrency: 'http://u:secret@h' }).join()).not.toContain('secret');
    expect(problemsOf({ trim: ['http://u:secret@h'] }).join()).not.toContain('secret');
  });
});

describe('names', () => {
  it('of a call are in camel case or with dashes', () => {
    for (const [key, option] of allOptions()) {
      if (key === 'config') continue;
      expect(problemsOf({ [key]: null })).toEqual([`${key} has no value: leave it out`]);
      expect(problemsOf({ [option.name]: null })).toEqual([`${option.name} has no value: leave it out`]);
    }
  });

  it('in a file have dashes only', () => {
    expect(problemsOf({ maxErrors: 1 }, 'file')).toEqual(["unknown option 'maxErrors' (did you mean 'max-errors'?)"]);
    expect(problemsOf({ 'max-errors': 1 }, 'file')).toEqual([]);
    expect(problemsOf({ config: 'x' }, 'file')).toEqual(['config cannot be set in a config file']);
  });
});

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

describe('names of any characters come out as they were', () => {
  const name = (rand: Random): string => {
    const length = 1 + below(5, rand);
    return Array.from({ length }, () => pick(['a', ',', ':', '=', '\\', 'N', ' ', 'é', '😀'], rand)).join('');
  };
  it.each(seeds)('with seed %i', (seed) => {
    const rand = random(seed);
    for (let round = 0; round < 500; round++) {
      const names = [...new Set(Array.from({ length: 1 + below(4, rand) }, () => name(rand)))];
      const attributes = [...new Set(names.map((one) => `${name(rand)}${one}`))];
      if (attributes.length < names.length) continue;
      const strings = list('a,b');
      expect(strings.parse(strings.write(names) ?? '')).toEqual(names);
      const typed = new Map(names.map((one) => [one, pick(['S', 'N', 'BOOL'], rand)]));
      expect(columnTypes.parse(columnTypes.write(Object.fromEntries(typed)) ?? '')).toEqual(typed);
      const renamed = new Map(names.map((one, index) => [one, attributes[index] ?? '']));
      expect(renames.parse(renames.write(Object.fromEntries(renamed)) ?? '')).toEqual(renamed);
    }
  });
});
