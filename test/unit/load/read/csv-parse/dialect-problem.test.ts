import { expect, test } from 'vitest';
import { findDialectProblem } from '../../../../../src/load/read/csv-parse/dialect-problem.ts';
import type { Dialect } from '../../../../../src/load/read/record.ts';
import { dialect } from '../reading.ts';

test.each<Partial<Dialect>>([
  {},
  { quote: undefined },
  { escape: '"' },
  { escape: '\\', comment: '#', trim: true },
  { delimiter: '||', quote: "'", comment: '--' },
  { delimiter: '\t', trim: true },
  { quote: '<|', escape: '|<' },
  { comment: '#!#', delimiter: ',,' },
  { comment: ' #' },
  { unescape: 'postgres', delimiter: '\t', quote: undefined, comment: '\\.' },
  // These characters share only their first byte.
  { quote: '「', delimiter: '、' },
  { quote: '"'.padEnd(19, 'x') },
])('dialectProblem accepts %j', (tokens) => {
  expect(findDialectProblem({ ...dialect, ...tokens })).toBe(undefined);
});

test.each<[tokens: Partial<Dialect>, problem: string]>([
  [{ delimiter: '"' }, '--delimiter and --quote are the same text: change one of them, or use --quote none'],
  [{ comment: ',' }, '--delimiter and --comment are the same text: change one of them'],
  [{ comment: '"#' }, '--quote and --comment start with the same character: change one of them, or use --quote none'],
  [{ delimiter: '||', escape: '|"|' }, '--escape contains the quote: set it to the escape alone, for example \\'],
  [{ escape: '\\"' }, '--escape contains the quote: set it to the escape alone, for example \\'],
  [{ escape: ',!' }, '--delimiter and --escape start with the same character: change one of them'],
  [
    { quote: '😀', delimiter: '😀!' },
    '--delimiter and --quote start with the same character: change one of them, or use --quote none',
  ],
  [{ quote: "''" }, '--quote starts and ends with the same text: choose a different quote'],
  [{ quote: '<|<' }, '--quote starts and ends with the same text: choose a different quote'],
  [{ quote: 'abcab' }, '--quote starts and ends with the same text: choose a different quote'],
  [{ escape: '\\\\' }, '--escape starts and ends with the same text: choose a different escape'],
  [{ comment: ' #', trim: true }, '--comment starts with white space, which --trim removes: leave the white space out'],
  [
    { unescape: 'postgres', delimiter: 'n', quote: undefined },
    '--delimiter starts with a letter, digit, dot or backslash, which --unescape decodes: choose a different one',
  ],
  [
    { unescape: 'mysql', quote: '\\' },
    '--quote starts with a letter, digit, dot or backslash, which --unescape decodes: choose a different one',
  ],
  [{ quote: '"'.padEnd(20, 'x') }, '--quote is longer than 19 bytes'],
])('dialectProblem rejects %j: %s', (tokens, problem) => {
  expect(findDialectProblem({ ...dialect, ...tokens })).toBe(problem);
});
