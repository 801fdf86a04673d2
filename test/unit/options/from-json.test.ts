import { describe, expect, it } from 'vitest';
import { columnTypes, list, renames } from '../../../src/options/list-values.ts';
import { readJsonOptions } from '../../../src/options/from-json.ts';
import { allOptions, options, type OptionKey } from '../../../src/options/table.ts';
import { below, pick, random, type Random } from '../../helpers/random.ts';

/** Returns a value after it was written as text and parsed. */
function valueOf(key: OptionKey, json: unknown): unknown {
  const { given, problems } = readJsonOptions({ [key]: json }, 'call');
  expect(problems).toEqual([]);
  const text = given.get(key)?.text;
  return text === undefined ? 'not given' : options[key].kind.parse(text);
}

function problemsOf(values: Record<string, unknown>, from: 'file' | 'call' = 'call'): readonly string[] {
  return readJsonOptions(values, from).problems;
}

describe('a JSON value is accepted if it is', () => {
  it.each<[title: string, key: OptionKey, json: unknown, value: unknown]>([
    ['a number', 'concurrency', 4, 4],
    ['a number as text', 'concurrency', '4', 4],
    ['a word instead of a number', 'concurrency', 'auto', 'auto'],
    ['zero', 'skipRecords', 0, 0],
    ['a switch', 'createTable', true, true],
    ['a switch that is off', 'createTable', false, false],
    ['a switch as text', 'noHeader', 'yes', true],
    ['a size in bytes', 'maxRecordBytes', 4096, 4096],
    ['a size with a unit', 'maxRecordBytes', '64KiB', 65_536],
    ['a duration', 'retryFor', '30s', 30_000],
    ['a count of errors', 'maxErrors', 5, { kind: 'count', count: 5 }],
    ['a share of errors', 'maxErrors', '0.5%', { kind: 'share', percent: 0.5 }],
    ['a tab character', 'delimiter', '\t', '\t'],
    ['a tab typed as backslash and t', 'delimiter', '\\t', '\t'],
    ['none for no quote', 'quote', 'none', undefined],
    ['a list', 'columns', ['id', 'name'], ['id', 'name']],
    ['a list with one element', 'columns', ['id'], ['id']],
    ['a list as text', 'columns', 'id,name', ['id', 'name']],
    [
      'a list of names with special characters',
      'drop',
      ['a,b', 'c\\', '\\N', 'd:e=f', ' '],
      ['a,b', 'c\\', '\\N', 'd:e=f', ' '],
    ],
    ['types', 'types', { age: 'N', 'a:b,c\\': 'BOOL' }, new Map([['age', 'N'], ['a:b,c\\', 'BOOL']])], // prettier-ignore
    ['types as text', 'types', 'age:N', new Map([['age', 'N']])],
    ['a map of names with special characters', 'rename', { 'a=b': 'c=d', __proto: 'x' }, new Map([['a=b', 'c=d'], ['__proto', 'x']])], // prettier-ignore
    ['a folder for --local', 'local', 'dir', 'dir'],
    ['--local alone', 'local', true, 'csv2ddb-local'],
    ['no --local', 'local', false, 'not given'],
    ['undefined', 'table', undefined, 'not given'],
  ])('%s', (_, key, json, value) => {
    expect(valueOf(key, json)).toEqual(value);
  });

  it('a map with the name __proto__', () => {
    const types: unknown = JSON.parse('{"__proto__":"N"}');
    expect(valueOf('types', types)).toEqual(new Map([['__proto__', 'N']]));
  });
});

describe('a JSON value is rejected if it is', () => {
  it.each<[title: string, values: Record<string, unknown>, problem: string]>([
    ['null', { table: null }, 'table has no value: omit the option'],
    ['a number instead of a string', { table: 2024 }, 'table must be a string, not the number 2024: put it in quotes'],
    ['a boolean instead of a string', { delimiter: true }, 'delimiter must be a string, not true: put it in quotes'],
    ['a list instead of a string', { table: ['x'] }, 'table must be a string, not a list'],
    ['a map instead of a number', { concurrency: {} }, 'concurrency must be a number, not a map'],
    ['a boolean instead of a number', { concurrency: true }, 'concurrency must be a number, not true'],
    ['a fraction', { concurrency: 1.5 }, "concurrency must be auto or a whole number from 1 to 1024, not '1.5'"],
    ['not a number', { concurrency: NaN }, "concurrency must be auto or a whole number from 1 to 1024, not 'NaN'"],
    ['a huge number', { maxRecords: 1e21 }, "maxRecords must be a whole number from 1 to 999999999999999, not '1e+21'"],
    ['a negative number', { maxErrors: -1 }, "maxErrors must be a number of records like 1000, or a share from 0% to 100%, not '-1'"], // prettier-ignore
    ['a duration without a unit', { retryFor: 30 }, "retryFor must be a duration with a unit, like 500ms, 30s, 15m or 1h, from 0ms to 24 days, not '30'"], // prettier-ignore
    ['a number instead of a boolean', { trim: 1 }, 'trim must be true or false, not the number 1'],
    ['a string that is neither true nor false', { trim: 'maybe' }, "trim must be true or false, not 'maybe'"],
    ['a map instead of a list', { drop: { a: 1 } }, 'drop must be a list like [id,name], not a map'],
    ['an empty list', { drop: [] }, 'drop must not be an empty list: omit the option'],
    ['a number in a list', { columns: ['id', 2024] }, 'columns contains the number 2024 instead of a string: put it in quotes'], // prettier-ignore
    ['null in a list', { nullStrings: [null] }, 'nullStrings contains null instead of a string: put it in quotes'],
    ['a list with an empty element', { drop: ['a', ''] }, 'drop contains an empty element: write a list like id,name'],
    ['a list with only an empty element', { drop: [''] }, 'drop contains an empty element: write a list like id,name'],
    ['a list with a duplicate element', { drop: ['a', 'a'] }, "drop contains 'a' twice"],
    ['a list instead of a map', { types: ['age'] }, 'types must be a map like {age: N}, not a list'],
    [
      'an instance of a class instead of a map',
      { types: new Map([['age', 'N']]) },
      'types must be a map like {age: N}, not an instance of a class',
    ],
    ['an empty map', { types: {} }, 'types must not be an empty map: omit the option'],
    ['an unknown type', { types: { age: 'X' } }, "types gives column 'age' the unknown type 'X': use S, N, BOOL, NULL, B"], // prettier-ignore
    [
      'null instead of a type',
      { types: { age: null } },
      "types must map 'age' to a string, not null: put it in quotes",
    ],
    ['an empty name', { rename: { a: '' } }, 'rename contains an empty name: write a map like {old: new}'],
    ['one name for two columns', { rename: { a: 'x', b: 'x' } }, "rename renames two columns to 'x'"],
    ['a path with a null byte', { checkpoint: 'a\0b' }, 'checkpoint must not contain a null byte'],
    ['a misspelled option', { delimeter: ';' }, "unknown option 'delimeter' (did you mean 'delimiter'?)"],
    ['an unknown option', { whatever: 1 }, "unknown option 'whatever'"],
    ['a config file', { config: 'a.yaml' }, "unknown option 'config'"],
    [
      'an option in both spellings',
      { maxErrors: 1, 'max-errors': 2 },
      'max-errors is set twice: as maxErrors and as max-errors',
    ],
  ])('%s', (_, values, problem) => {
    expect(problemsOf(values)).toEqual([problem]);
  });

  it('is one of several, which are all reported and count as given', () => {
    const { given, problems } = readJsonOptions({ tabel: 'x', table: 1, concurrency: 0, region: 'eu-west-1' }, 'call');
    expect(problems).toHaveLength(3);
    expect(given.get('table')).toMatchObject({ isInvalid: true });
    expect(given.get('region')).toEqual({ text: 'eu-west-1', from: 'call' });
  });

  it('is a URL with a password, which is not shown', () => {
    expect(problemsOf({ endpointUrl: 'http://u:secret@h' }).join()).not.toContain('secret');
    expect(problemsOf({ concurrency: 'http://u:secret@h' }).join()).not.toContain('secret');
    expect(problemsOf({ trim: ['http://u:secret@h'] }).join()).not.toContain('secret');
  });
});

describe('option names', () => {
  it('have camel case or dashes in a call', () => {
    for (const [key, option] of allOptions()) {
      if (key === 'config') continue;
      expect(problemsOf({ [key]: null })).toEqual([`${key} has no value: omit the option`]);
      expect(problemsOf({ [option.name]: null })).toEqual([`${option.name} has no value: omit the option`]);
    }
  });

  it('have only dashes in a file', () => {
    expect(problemsOf({ maxErrors: 1 }, 'file')).toEqual(["unknown option 'maxErrors' (did you mean 'max-errors'?)"]);
    expect(problemsOf({ 'max-errors': 1 }, 'file')).toEqual([]);
    expect(problemsOf({ config: 'x' }, 'file')).toEqual(['config cannot be set in a config file']);
  });
});

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

describe('names with any characters survive writing and parsing', () => {
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
