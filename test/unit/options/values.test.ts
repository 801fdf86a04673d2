import { describe, expect, it } from 'vitest';
import { columnTypes, list, renames } from '../../../src/options/list-values.ts';
import * as marks from '../../../src/options/dialect-values.ts';
import * as fieldNames from '../../../src/options/aws-values.ts';
import { publicText } from '../../../src/text/public-text.ts';
import { ValueProblem } from '../../../src/options/value-kind.ts';
import * as values from '../../../src/options/values.ts';

const KiB = 1024;
const { parse: size } = values.size(1, 64 * KiB ** 2);
const { parse: duration } = values.duration(0);
const { parse: names } = list('a,b');
const { objectName, tableName, endpointUrl, topicArn, encoding } = fieldNames;
const entries = (text: string, parse: (text: string) => ReadonlyMap<string, string>): [string, string][] => [
  ...parse(text),
];
const types = (text: string) => entries(text, columnTypes.parse);
const renamed = (text: string) => entries(text, renames.parse);

describe('values that are taken', () => {
  it.each<[title: string, actual: unknown, expected: unknown]>([
    ['a size without unit is bytes', size('4096'), 4096],
    ['KiB', size('64KiB'), 64 * KiB],
    ['MiB', size('4MiB'), 4 * KiB ** 2],
    ['milliseconds', duration('500ms'), 500],
    ['seconds', duration('30s'), 30_000],
    ['parts of a minute', duration('1.5m'), 90_000],
    ['hours', duration('1h'), 3_600_000],
    ['a comma', marks.mark.parse(','), ','],
    ['a tab as backslash and t', marks.mark.parse('\\t'), '\t'],
    ['a tab itself', marks.mark.parse('\t'), '\t'],
    ['a backslash', marks.mark.parse('\\'), '\\'],
    ['a quote', marks.markOrNone.parse("'"), "'"],
    ['two characters', marks.mark.parse('||'), '||'],
    ['a character of two bytes', marks.mark.parse('§'), '§'],
    ['32 characters, not code units', marks.mark.parse('😀'.repeat(32)), '😀'.repeat(32)],
    ['an encoding by any of its names', [encoding.parse('UTF8'), encoding.parse('latin1')], ['utf-8', 'iso-8859-1']],
    [
      'a topic',
      topicArn.parse('arn:aws:sns:eu-west-1:123456789012:x.fifo'),
      'arn:aws:sns:eu-west-1:123456789012:x.fifo',
    ],
    ['no quote', marks.markOrNone.parse('none'), undefined],
    ['a count of errors', values.maxErrors.parse('0'), { kind: 'count', count: 0 }],
    ['a share of errors', values.maxErrors.parse('0.5%'), { kind: 'share', percent: 0.5 }],
    ['all may be errors', values.maxErrors.parse('100%'), { kind: 'share', percent: 100 }],
    ['the shortest table name', tableName.parse('a.b'), 'a.b'],
    ['the longest table name', tableName.parse('x'.repeat(255)), 'x'.repeat(255)],
    ['an endpoint with a path', endpointUrl.parse('http://127.0.0.1:8000/x'), 'http://127.0.0.1:8000/x'],
    ['a switch', [values.switched.parse('TRUE'), values.switched.parse('0')], [true, false]],
    ['a text that matches the pattern', values.matching('^[ab]+$', 'a or b').parse('abba'), 'abba'],
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
    ['a duration that is too short', () => values.duration(10).parse('9ms'), /from 10ms/],
    ['no character', () => marks.mark.parse(''), /one character or several, 32 at most/],
    ['33 characters', () => marks.mark.parse('|'.repeat(33)), /32 at most/],
    ['a line end', () => marks.mark.parse('\n'), /line end/],
    ['no quote at all', () => marks.markOrNone.parse(''), /'none'/],
    ['a share over 100%', () => values.maxErrors.parse('101%'), /0% to 100%/],
    ['a negative count', () => values.maxErrors.parse('-1'), /number of records/],
    ['a fraction', () => values.wholeNumber(1, 9).parse('1.5'), /whole number from 1 to 9, not '1.5'/],
    ['one more than the most', () => values.wholeNumber(1, 9).parse('10'), /from 1 to 9/],
    [
      'a text that does not match the pattern',
      () => values.matching('^a$', 'an a').parse('b'),
      /^takes an a, not 'b'$/,
    ],
    ["an object's name that is too long", () => objectName.parse('é'.repeat(451)), /an object's name/],
    ['a choice that is none', () => values.oneOf(['a', 'b']).parse('c'), /one of a, b, not 'c'/],
    [
      'a choice that is near one',
      () => values.oneOf(['reject', 'pad']).parse('rejct'),
      /not 'rejct' \(did you mean 'reject'\?\)$/,
    ],
    ['the beginning of a choice', () => values.oneOf(['truncate', 'pad']).parse('trun'), /mean 'truncate'\?\)$/],
    ['a short one is near to nothing', () => values.oneOf(['omit', 'null']).parse('om'), /not 'om'$/],
    ['an encoding that is none', () => encoding.parse('utf9'), /not 'utf9' \(did you mean 'utf-8'\?\)/],
    ['a topic of nobody', () => topicArn.parse('arn:aws:sqs:eu-west-1:123456789012:x'), /ARN of an SNS topic/],
    ['a path with a zero byte', () => values.path('file').parse('a\0b'), /zero byte/],
    ['a table name that is too short', () => tableName.parse('ab'), /3 to 255/],
    ['a table name with a slash', () => tableName.parse('a/bc'), /3 to 255/],
    ['an ARN', () => tableName.parse('arn:aws:dynamodb:eu-west-1:1:table/x'), /not an ARN/],
    ['an endpoint that is no URL', () => endpointUrl.parse('localhost:8000'), /http:\/\//],
    ['an endpoint with a password, which is not shown', () => endpointUrl.parse('http://u:secret@h/'), /^(?!.*secret)/],
    ['an endpoint with a query, which is not shown', () => endpointUrl.parse('http://h/?t=secret'), /^(?!.*secret)/],
    ['a switch that is neither', () => values.switched.parse('maybe'), /true or false/],
    ['an empty part', () => names('a,,b'), /empty part/],
    ['an empty list', () => names(''), /empty part/],
    ['a part twice', () => names('a,b,a'), /'a' twice/],
    ['a type that is none', () => types('a:X'), /type 'X'; types are S, N, BOOL, NULL, B/],
    ['a type in small letters', () => types('a:n'), /type 'n'; .* \(did you mean 'N'\?\)/],
    ['a pair without separator', () => types('age'), /'age' where a pair like age:N/],
    ['a column without name', () => types(':N'), /a pair like age:N/],
    ['a column twice', () => types('a:N,a:S'), /column 'a' twice/],
    ['a name for two columns', () => renamed('a=x,b=x'), /two columns the name 'x'/],
  ])('%s', (_, parse, words) => {
    expect(parse).toThrow(ValueProblem);
    expect(parse).toThrow(words);
  });
});

it.each([
  ['people.csv', 'people.csv'],
  ['https://u:p@host/x.csv?sig=1#f', 'https://host/x.csv'],
  ['https://host/a@b.csv', 'https://host/a@b.csv'],
  // A key may hold any character, and none of it is secret.
  ['s3://bucket/key?1#2', 's3://bucket/key?1#2'],
])('of %s only what is public is shown', (text, shown) => {
  expect(publicText(text)).toBe(shown);
});
