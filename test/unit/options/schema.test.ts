import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../../src/options/schema.ts';
import { readJsonOptions } from '../../../src/options/from-json.ts';
import { allOptions } from '../../../src/options/table.ts';

const root = new URL('../../../', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8').replaceAll('\r\n', '\n');
const accepts = new Ajv({ strict: true, allowUnionTypes: true }).compile(configSchema());

const regenerate =
  `npm run build && node -e "import('./.cache/compiled/src/options/schema.js')` +
  `.then((m) => fs.writeFileSync('config.schema.json', JSON.stringify(m.configSchema())))"` +
  ` && npx prettier --write config.schema.json`;

it('config.schema.json matches the table of options', () => {
  // Compared without white space, since prettier formats the file.
  const file = JSON.stringify(JSON.parse(read('config.schema.json')));
  expect(file, `regenerate it: ${regenerate}`).toBe(JSON.stringify(configSchema()));
});

it('the package includes config.schema.json', () => {
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  expect(files).toContain('config.schema.json');
});

describe('the config file examples in the documents', () => {
  const examples = ['docs/files.md', 'docs/options.md'].flatMap((name) =>
    [...read(name).matchAll(/```(?:ya?ml|json)\n(.*?)```/gs)].map(([, text = '']) => [name, text] as const),
  );

  it('exist', () => {
    expect(examples.length).toBeGreaterThan(1);
  });

  it.each(examples)('are valid in %s: %s', (_, text) => {
    const config = parse(text) as Record<string, unknown>;
    expect(accepts(config), JSON.stringify(accepts.errors)).toBe(true);
    const { $schema: schema, sources, ...values } = config;
    expect(typeof schema === 'string' || schema === undefined).toBe(true);
    expect(sources === undefined || Array.isArray(sources)).toBe(true);
    expect(readJsonOptions(values, 'file').problems).toEqual([]);
  });
});

it('every default is valid', () => {
  const { properties } = configSchema() as { properties: Record<string, { default?: unknown }> };
  const defaults = Object.entries(properties).flatMap(([name, one]) =>
    'default' in one ? [[name, one.default] as const] : [],
  );
  expect(defaults.length).toBeGreaterThan(10);
  expect(accepts(Object.fromEntries(defaults)), JSON.stringify(accepts.errors)).toBe(true);
  expect(readJsonOptions(Object.fromEntries(defaults), 'file').problems).toEqual([]);
});

describe('the parser accepts every value that the schema accepts for', () => {
  const values: readonly unknown[] = [
    ...[true, false, null, 0, 1, -1, 1.5, 16, 1024, 1025, 65_535, 65_536, 1e15, 999_999_999_999_999, 1e21],
    ...['', ' ', 'a', 'ab', 'abc', 'none', 'yes', 'true', '16', '0', '\t', '\\t', '\n', 'a\r', 'a\0', '||', '😀'],
    ...['|'.repeat(32), '|'.repeat(33), '😀'.repeat(17), '😀'.repeat(32), 'x'.repeat(255), 'x'.repeat(256)],
    ...['1KiB', '4MiB', '1KB', '1.5MiB', '500ms', '1.5m', '30s', '1 h', '1d', '0%', '1%', '100%', '100.0%', '100.1%'],
    ...[
      '0.5%',
      '.5%',
      '999%',
      'reject',
      'Reject',
      'auto',
      'gzip',
      'mysql',
      'omit',
      'null',
      'utf-8',
      'latin1',
      'UTF8',
      'utf9',
    ],
    ...[
      'http://localhost:8000',
      'https://h/x',
      'http://u:p@h',
      'http://h?x=1',
      'http://h#f',
      'ftp://h',
      'http://',
      'h',
    ],
    ...['jo@example.com', 'jo@example', 'import/', 'in/a=1/', '/', 'state/', 'im*/'],
    ...['arn:aws:sns:us-east-1:123456789012:loads', 'arn:aws:sns:us-east-1:1:x', 'arn:aws:dynamodb:x:1:table/t'],
    ...['123456789012', 123_456_789_012, 'https://sqs.us-east-1.amazonaws.com/123456789012/imports'],
    ...[[], ['a'], ['a', 'b'], ['a', 'a'], [''], ['a,b\\'], [1], [null], [['a']], {}, { a: 'N' }, { a: 'X' }],
    ...[{ '': 'N' }, { a: '' }, { 'a:b,c=d\\': 'S' }, { a: 1 }, { a: 'x', b: 'y' }, 'a,b', 'a:N', 'a=b'],
  ];

  it.each(allOptions().filter(([key]) => key !== 'config'))('%s', (_, option) => {
    let accepted = 0;
    for (const value of values) {
      if (!accepts({ [option.name]: value })) continue;
      accepted++;
      expect(readJsonOptions({ [option.name]: value }, 'file').problems, JSON.stringify(value)).toEqual([]);
    }
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(values.length);
  });
});

it.each<[title: string, config: unknown]>([
  ['an unknown option', { delimeter: ';' }],
  ['an option in camel case', { maxErrors: 1 }],
  ['a config file', { config: 'a.yaml' }],
  ['a source that is not a list', { sources: 'a.csv' }],
  ['no sources', { sources: [] }],
  ['a switch that is neither on nor off', { resume: 'maybe' }],
  ['a number out of range', { concurrency: 0 }],
  ['a duration without a unit', { 'retry-for': 30 }],
  ['an unknown choice', { ragged: 'rejct' }],
  ['an unknown type', { types: { age: 'X' } }],
  ['an option without a value', { table: null }],
  ['a list', [{ table: 'people' }]],
])('the schema rejects %s', (_, config) => {
  expect(accepts(config)).toBe(false);
});
