import { expect, test } from 'vitest';
import { dialectProblem } from '../../../../../src/load/read/csv-parse/dialect-problem.ts';
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
  // The same first byte is not the same character.
  { quote: '「', delimiter: '、' },
  { quote: '"'.padEnd(19, 'x') },
])('%j can be read', (marks) => {
  expect(dialectProblem({ ...dialect, ...marks })).toBe(undefined);
});

test.each<[marks: Partial<Dialect>, problem: string]>([
  [{ delimiter: '"' }, '--delimiter and --quote are the same text: give another one, or --quote none'],
  [{ comment: ',' }, '--delimiter and --comment are the same text: give another one'],
  [{ comment: '"#' }, '--quote and --comment begin with the same character: give another one, or --quote none'],
  [{ delimiter: '||', escape: '|"|' }, '--escape holds the quote: name only what stands before a quote, like \\'],
  [{ escape: '\\"' }, '--escape holds the quote: name only what stands before a quote, like \\'],
  [{ escape: ',!' }, '--delimiter and --escape begin with the same character: give another one'],
  [
    { quote: '😀', delimiter: '😀!' },
    '--delimiter and --quote begin with the same character: give another one, or --quote none',
  ],
  [{ quote: "''" }, '--quote ends as it begins: give another one'],
  [{ quote: '<|<' }, '--quote ends as it begins: give another one'],
  [{ quote: 'abcab' }, '--quote ends as it begins: give another one'],
  [{ escape: '\\\\' }, '--escape ends as it begins: give another one'],
  [{ comment: ' #', trim: true }, '--comment begins with white space, which --trim takes away: leave it out'],
  [{ quote: '"'.padEnd(20, 'x') }, '--quote is longer than 19 bytes'],
])('%j cannot: %s', (marks, problem) => {
  expect(dialectProblem({ ...dialect, ...marks })).toBe(problem);
});
