import { expect, test } from 'vitest';
import { describeHeaders } from '../../../src/report/header-lines.ts';
import { summary } from './summaries.ts';

const header = (source: string, text = 'id,name', line = 1) => ({ source, line, text });

test.each([
  ['of the only source by its line', ['a.csv'], [header('a.csv', 'id,name', 3)], ['line 3: id,name']],
  ['shared by all sources once', ['a.csv', 'b.csv'], [header('a.csv'), header('b.csv')], ['line 1 of 2 sources: id,name']], // prettier-ignore
  [
    'of each source that has its own',
    ['a.csv', 'b.csv', 'c.csv'],
    [header('a.csv'), header('b.csv', 'ID'), header('c.csv')],
    ['line 1 of 2 sources: id,name', 'line 1 of b.csv: ID'],
  ],
  ['not at all without headers', ['a.csv'], [], []],
  [
    'up to five, and the number of all others',
    ['many'],
    Array.from({ length: 7 }, (_, n) => header('many', `h${n}`)),
    ['line 1: h0', 'line 1: h1', 'line 1: h2', 'line 1: h3', 'line 1: h4', 'and 2 different headers more'],
  ],
])('the header is shown %s', (_, sources, headers, lines) => {
  expect(describeHeaders(summary({ sources, headers }))).toEqual(lines);
});
