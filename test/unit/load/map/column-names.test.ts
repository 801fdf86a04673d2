import { expect, test } from 'vitest';
import { completeNames } from '../../../../src/load/map/column-names.ts';

const generate = { unnamed: 'name', sameName: 'rename' } as const;

test.each([
  [
    ['id', ''],
    ['id', 'column_2'],
  ],
  [
    ['', 'column_1', ''],
    ['column_2', 'column_1', 'column_3'],
  ],
  [
    ['x', 'x', 'x'],
    ['x', 'x_2', 'x_3'],
  ],
  [
    ['x', 'x_2', 'x', 'x_2'],
    ['x', 'x_2', 'x_3', 'x_2_2'],
  ],
  [
    ['', 'column_1', 'column_1'],
    ['column_2', 'column_1', 'column_1_2'],
  ],
  [
    ['column', 'column', '', ''],
    ['column', 'column_2', 'column_3', 'column_4'],
  ],
])('the names of %j are completed to %j', (fields, names) => {
  expect(completeNames(fields, generate)).toEqual({ names, problems: [] });
});

test('columns without a name are left out', () => {
  const { names, problems } = completeNames(['id', '', 'x', ''], { unnamed: 'drop', sameName: 'reject' });
  expect([names, problems]).toEqual([['id', '', 'x', ''], []]);
});

test('every name that the rules reject is a problem', () => {
  const { problems } = completeNames(['', 'a', 'a'], { unnamed: 'reject', sameName: 'reject' });
  expect(problems.map(({ text }) => text)).toEqual([
    'the name of column 1 is empty',
    'columns 2 and 3 are both named "a"',
  ]);
});
