import { describe, expect, it } from 'vitest';
import { columnTypes, list, renames } from '../../../src/options/list-values.ts';
import * as dialectValues from '../../../src/options/dialect-values.ts';
import * as fieldNames from '../../../src/options/aws-values.ts';
import { hideUrlSecrets } from '../../../src/text/hide-url-secrets.ts';
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

describe('the text of a value is accepted if it is', () => {
  it.each<[title: string, actual: unknown, expected: unknown]>([
    ['a size without a unit, in bytes', size('4096'), 4096],
    ['KiB', size('64KiB'), 64 * KiB],
    ['MiB', size('4MiB'), 4 * KiB ** 2],
    ['milliseconds', duration('500ms'), 500],
    ['seconds', duration('30s'), 30_000],
    ['a fraction of a minute', duration('1.5m'), 90_000],
    ['hours', duration('1h'), 3_600_000],
    ['a comma', dialectValues.dialectText.parse(','), ','],
    ['a tab typed as backslash and t', dialectValues.dialectText.parse('\\t'), '\t'],
    ['a tab character', dialectValues.dialectText.parse('\t'), '\t'],
    ['a backslash', dialectValues.dialectText.parse('\\'), '\\'],
    ['a quote', dialectValues.dialectTextOrNone.parse("'"), "'"],
    ['two characters', dialectValues.dialectText.parse('||'), '||'],
    ['a character of two bytes', dialectValues.dialectText.parse('§'), '§'],
    ['32 characters, not code units', dialectValues.dialectText.parse('😀'.repeat(32)), '😀'.repeat(32)],
    ['an alias of an encoding', [encoding.parse('UTF8'), encoding.parse('latin1')], ['utf-8', 'iso-8859-1']],
    [
      'a topic',
      topicArn.parse('arn:aws:sns:eu-west-1:123456789012:x.fifo'),
      'arn:aws:sns:eu-west-1:123456789012:x.fifo',
    ],
    ['none for no quote', dialectValues.dialectTextOrNone.parse('none'), undefined],
    ['a count of errors', values.maxErrors.parse('0'), { kind: 'count', count: 0 }],
    ['a share of errors', values.maxErrors.parse('0.5%'), { kind: 'share', percent: 0.5 }],
    ['100% of errors', values.maxErrors.parse('100%'), { kind: 'share', percent: 100 }],
    ['the shortest table name', tableName.parse('a.b'), 'a.b'],
    ['the longest table name', tableName.parse('x'.repeat(255)), 'x'.repeat(255)],
    ['an endpoint with a path', endpointUrl.parse('http://127.0.0.1:8000/x'), 'http://127.0.0.1:8000/x'],
    ['a switch', [values.switchValue.parse('TRUE'), values.switchValue.parse('0')], [true, false]],
    ['a text that matches the pattern', values.textMatching('^[ab]+$', 'a or b').parse('abba'), 'abba'],
    ['a list', names('a,b c'), ['a', 'b c']],
    ['a comma in a list', names('a\\,b,c'), ['a,b', 'c']],
    ['a backslash in a list', names('a\\\\,b'), ['a\\', 'b']],
    ['\\N, with a literal backslash', names('NULL,\\N'), ['NULL', '\\N']],
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
    ['a pair, split at the last colon', types('time:zone:S'), [['time:zone', 'S']]],
    ['names with escapes', types('a\\,b\\:c\\\\:N'), [['a,b:c\\', 'N']]],
    ['renames', renamed('old=new'), [['old', 'new']]],
    ['a pair, split at the last equals sign', renamed('a=b=c'), [['a=b', 'c']]],
    ['a pair with an escaped equals sign', renamed('a=b\\=c'), [['a', 'b=c']]],
  ])('%s', (_, actual, expected) => {
    expect(actual).toEqual(expected);
  });
});

describe('the text of a value is rejected if it is', () => {
  it.each<[title: string, parse: () => unknown, words: RegExp]>([
    ['an unknown size unit', () => size('4MB'), /64KiB or 4MiB.*not '4MB'/],
    ['a size of 0 bytes', () => size('0'), /from 1 to 64MiB/],
    ['a size that is too large', () => size('65MiB'), /from 1 to 64MiB/],
    ['a duration without unit', () => duration('30'), /with a unit/],
    ['a duration above the timer limit', () => duration('600h'), /24 days/],
    ['a duration that is too short', () => values.duration(10).parse('9ms'), /from 10ms/],
    ['an empty delimiter', () => dialectValues.dialectText.parse(''), /must be 1 to 32 characters/],
    ['33 characters', () => dialectValues.dialectText.parse('|'.repeat(33)), /1 to 32 characters/],
    ['a line break', () => dialectValues.dialectText.parse('\n'), /must not contain a line break/],
    ['an empty quote', () => dialectValues.dialectTextOrNone.parse(''), /'none'/],
    ['a share over 100%', () => values.maxErrors.parse('101%'), /0% to 100%/],
    ['a negative count', () => values.maxErrors.parse('-1'), /number of records/],
    ['a fraction', () => values.wholeNumber(1, 9).parse('1.5'), /whole number from 1 to 9, not '1.5'/],
    ['a number above the maximum', () => values.wholeNumber(1, 9).parse('10'), /from 1 to 9/],
    [
      'text that does not match the pattern',
      () => values.textMatching('^a$', 'an a').parse('b'),
      /^must be an a, not 'b'$/,
    ],
    ['an object name that is too long', () => objectName.parse('é'.repeat(451)), /an object name/],
    ['an unknown choice', () => values.oneOf(['a', 'b']).parse('c'), /one of a, b, not 'c'/],
    [
      'a misspelled choice',
      () => values.oneOf(['reject', 'pad']).parse('rejct'),
      /not 'rejct' \(did you mean 'reject'\?\)$/,
    ],
    ['a prefix of a choice', () => values.oneOf(['truncate', 'pad']).parse('trun'), /mean 'truncate'\?\)$/],
    ['a short prefix, without a suggestion', () => values.oneOf(['omit', 'null']).parse('om'), /not 'om'$/],
    ['an unknown encoding', () => encoding.parse('utf9'), /not 'utf9' \(did you mean 'utf-8'\?\)/],
    ['an ARN of another service', () => topicArn.parse('arn:aws:sqs:eu-west-1:123456789012:x'), /ARN of an SNS topic/],
    ['a path with a null byte', () => values.path('file').parse('a\0b'), /null byte/],
    ['a table name that is too short', () => tableName.parse('ab'), /3 to 255/],
    ['a table name with a slash', () => tableName.parse('a/bc'), /3 to 255/],
    ['a table ARN', () => tableName.parse('arn:aws:dynamodb:eu-west-1:1:table/x'), /not an ARN/],
    ['an endpoint that is not a URL', () => endpointUrl.parse('localhost:8000'), /http:\/\//],
    ['an endpoint with a password, which is not shown', () => endpointUrl.parse('http://u:secret@h/'), /^(?!.*secret)/],
    ['an endpoint with a query, which is not shown', () => endpointUrl.parse('http://h/?t=secret'), /^(?!.*secret)/],
    ['a switch that is neither on nor off', () => values.switchValue.parse('maybe'), /true or false/],
    ['a list with an empty element', () => names('a,,b'), /empty element/],
    ['an empty list', () => names(''), /empty element/],
    ['a list with a duplicate element', () => names('a,b,a'), /'a' twice/],
    ['an unknown type', () => types('a:X'), /unknown type 'X': use S, N, BOOL, NULL, B/],
    ['a type in lower case', () => types('a:n'), /type 'n': .* \(did you mean 'N'\?\)/],
    ['a pair without separator', () => types('age'), /'age', which is not a pair like age:N/],
    ['a pair without a column', () => types(':N'), /a pair like age:N/],
    ['a duplicate column', () => types('a:N,a:S'), /column 'a' twice/],
    ['one name for two columns', () => renamed('a=x,b=x'), /renames two columns to 'x'/],
  ])('%s', (_, parse, words) => {
    expect(parse).toThrow(ValueProblem);
    expect(parse).toThrow(words);
  });
});

it.each([
  ['people.csv', 'people.csv'],
  ['https://u:p@host/x.csv?sig=1#f', 'https://host/x.csv'],
  ['https://host/a@b.csv', 'https://host/a@b.csv'],
  // A key can contain any character and is never secret.
  ['s3://bucket/key?1#2', 's3://bucket/key?1#2'],
])('publicText removes secrets from %s', (text, shown) => {
  expect(hideUrlSecrets(text)).toBe(shown);
});
