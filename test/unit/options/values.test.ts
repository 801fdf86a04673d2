import { describe, expect, it } from 'vitest';
import { columnTypes, list, renames } from '../../../src/options/lists.ts';
import { publicText } from '../../../src/options/public-text.ts';
import * as values from '../../../src/options/values.ts';

const KiB = 1024;
const size = values.size(1, 64 * KiB ** 2);
const duration = values.duration(0);
const names = list('a,b');
const entries = (text: string, parse: (text: string) => ReadonlyMap<string, string>): [string, string][] => [
  ...parse(text),
];
const types = (text: string) => entries(text, columnTypes);
const renamed = (text: string) => entries(text, renames);

describe('values that are taken', () => {
  it.each<[title: string, actual: unknown, expected: unknown]>([
    ['a size without unit is bytes', size('4096'), 4096],
    ['KiB', size('64KiB'), 64 * KiB],
    ['MiB', size('4MiB'), 4 * KiB ** 2],
    ['milliseconds', duration('500ms'), 500],
    ['seconds', duration('30s'), 30_000],
    ['parts of a minute', duration('1.5m'), 90_000],
    ['hours', duration('1h'), 3_600_000],
    ['a comma', values.oneByte(','), 0x2c],
    ['a tab as backslash and t', values.oneByte('\\t'), 0x09],
    ['a tab itself', values.oneByte('\t'), 0x09],
    ['a backslash', values.oneByte('\\'), 0x5c],
    ['a quote', values.oneByteOrNone("'"), 0x27],
    ['no quote', values.oneByteOrNone('none'), undefined],
    ['a count of errors', values.maxErrors('0'), { kind: 'count', count: 0 }],
    ['a share of errors', values.maxErrors('0.5%'), { kind: 'share', percent: 0.5 }],
    ['all may be errors', values.maxErrors('100%'), { kind: 'share', percent: 100 }],
    ['the shortest table name', values.tableName('a.b'), 'a.b'],
    ['the longest table name', values.tableName('x'.repeat(255)), 'x'.repeat(255)],
    ['an endpoint with a path', values.endpointUrl('http://127.0.0.1:8000/x'), 'http://127.0.0.1:8000/x'],
    ['a switch', [values.switchValue('TRUE'), values.switchValue('0')], [true, false]],
    ['a list', names('a,b c'), ['a', 'b c']],
    ['a comma in a list', names('a\\,b,c'), ['a,b', 'c']],
    ['a backslash in a list', names('a\\\\,b'), ['a\\', 'b']],
    ['\\N, in which the backslash stands for itself', names('NULL,\\N'), ['NULL', '\\N']],
    ['a backslash at the end', names('a\\'), ['a\\']],
    [
      'types',
      types('age:N,zip:S,b:BOOL'),
      [
        ['age', 'N'],
        ['zip', 'S'],
        ['b', 'BOOL'],
      ],
    ],
    ['the last colon counts', types('time:zone:S'), [['time:zone', 'S']]],
    ['names with escapes', types('a\\,b\\:c\\\\:N'), [['a,b:c\\', 'N']]],
    ['renames', renamed('old=new'), [['old', 'new']]],
    ['the last equals sign counts', renamed('a=b=c'), [['a=b', 'c']]],
    ['unless it is escaped', renamed('a=b\\=c'), [['a', 'b=c']]],
  ])('%s', (_, actual, expected) => {
    expect(actual).toEqual(expected);
  });
});

describe('values that are refused', () => {
  it.each<[title: string, parse: () => unknown, words: RegExp]>([
    ['an unknown size unit', () => size('4MB'), /64KiB or 4MiB.*not '4MB'/],
    ['a size of nothing', () => size('0'), /from 1 to 64MiB/],
    ['a size that is too large', () => size('65MiB'), /from 1 to 64MiB/],
    ['a duration without unit', () => duration('30'), /with its unit/],
    ['a duration that no timer takes', () => duration('600h'), /24 days/],
    ['a duration that is too short', () => values.duration(10)('9ms'), /from 10ms/],
    ['two characters', () => values.oneByte('||'), /one character of one byte/],
    ['a character of two bytes', () => values.oneByte('§'), /one character of one byte/],
    ['no character', () => values.oneByte(''), /one character of one byte/],
    ['a line end', () => values.oneByte('\n'), /line end/],
    ['no quote at all', () => values.oneByteOrNone(''), /'none'/],
    ['a share over 100%', () => values.maxErrors('101%'), /0% to 100%/],
    ['a negative count', () => values.maxErrors('-1'), /number of records/],
    ['a fraction', () => values.wholeNumber(1, 9)('1.5'), /whole number from 1 to 9, not '1.5'/],
    ['one more than the most', () => values.wholeNumber(1, 9)('10'), /from 1 to 9/],
    ['a choice that is none', () => values.oneOf(['a', 'b'])('c'), /one of a, b, not 'c'/],
    ['a table name that is too short', () => values.tableName('ab'), /3 to 255/],
    ['a table name with a slash', () => values.tableName('a/bc'), /3 to 255/],
    ['an ARN', () => values.tableName('arn:aws:dynamodb:eu-west-1:1:table/x'), /not an ARN/],
    ['an endpoint that is no URL', () => values.endpointUrl('localhost:8000'), /http:\/\//],
    [
      'an endpoint with a password, which is not shown',
      () => values.endpointUrl('http://u:secret@h/'),
      /^(?!.*secret)/,
    ],
    ['an endpoint with a query, which is not shown', () => values.endpointUrl('http://h/?t=secret'), /^(?!.*secret)/],
    ['a switch that is neither', () => values.switchValue('maybe'), /true or false/],
    ['an empty part', () => names('a,,b'), /empty part/],
    ['an empty list', () => names(''), /empty part/],
    ['a part twice', () => names('a,b,a'), /'a' twice/],
    ['a type that is none', () => types('a:X'), /type 'X'; types are S, N, BOOL, NULL, B/],
    ['a type in small letters', () => types('a:n'), /type 'n'/],
    ['a pair without separator', () => types('age'), /'age' where a pair like age:N/],
    ['a column without name', () => types(':N'), /a pair like age:N/],
    ['a column twice', () => types('a:N,a:S'), /column 'a' twice/],
    ['a name for two columns', () => renamed('a=x,b=x'), /two columns the name 'x'/],
  ])('%s', (_, parse, words) => {
    expect(parse).toThrow(values.ValueProblem);
    expect(parse).toThrow(words);
  });
});

it.each([
  ['people.csv', 'people.csv'],
  ['https://u:p@host/x.csv?sig=1#f', 'https://host/x.csv'],
  ['https://host/a@b.csv', 'https://host/a@b.csv'],
  ['s3://bucket/key?versionId=1', 's3://bucket/key'],
])('of %s only what is public is shown', (text, shown) => {
  expect(publicText(text)).toBe(shown);
});
