import { expect, it } from 'vitest';
import { formatCommandLine, quoteArgument } from '../../../src/options/command-line.ts';
import { makeRawOptions, type Texts } from './given.ts';

const line = (operands: string[], flags: Texts, changes: Texts = {}, environment: Texts = {}) =>
  formatCommandLine(
    { program: 'csv2ddb', command: 'direct', operands },
    makeRawOptions(flags, environment),
    changes,
    'linux',
  );

it.each<[title: string, actual: string, expected: string]>([
  [
    'keeps the given options and adds others',
    line(['people.csv'], { table: 'people', types: 'age:N' }, { resume: 'true' }),
    'csv2ddb direct people.csv --table people --types age:N --resume',
  ],
  [
    'leaves out options from the environment',
    line(['people.csv'], {}, { resume: 'true' }, { table: 'people' }),
    'csv2ddb direct people.csv --resume',
  ],
  [
    'joins --local to its folder',
    line(['a.csv'], { local: 'my dir' }, { resume: 'true' }),
    "csv2ddb direct a.csv --local='my dir' --resume",
  ],
  ['keeps --local without a folder', line(['a.csv'], { local: 'csv2ddb-local' }), 'csv2ddb direct a.csv --local'],
  [
    'quotes arguments for a shell',
    line(["it's.csv", 'a b.csv'], { delimiter: ';', nullStrings: '\\N' }),
    "csv2ddb direct 'it'\\''s.csv' 'a b.csv' --delimiter ';' --null-strings '\\N'",
  ],
  ['removes secrets from a URL', line(['https://u:p@h/a.csv?sig=s'], {}), 'csv2ddb direct https://h/a.csv'],
  [
    'joins a value that starts with a dash to its option',
    line(['a.csv'], { nullStrings: '-,NA' }),
    'csv2ddb direct a.csv --null-strings=-,NA',
  ],
  [
    'separates a file that starts with a dash by --',
    line(['--x.csv'], { table: 'people' }),
    'csv2ddb direct --table people -- --x.csv',
  ],
  ['escapes control characters', line(['a\u001b[31m\n.csv'], {}), "csv2ddb direct $'a\\x1b[31m\\x0a.csv'"],
  ['keeps standard input', line(['-'], {}), 'csv2ddb direct -'],
])('%s', (_, actual, expected) => {
  expect(actual).toBe(expected);
});

it.each([
  ['C:\\data\\people.csv', 'C:\\data\\people.csv'],
  ['C:\\my data\\people.csv', '"C:\\my data\\people.csv"'],
])('on Windows, %s is quoted as %s', (text, written) => {
  expect(quoteArgument(text, 'win32')).toBe(written);
});
