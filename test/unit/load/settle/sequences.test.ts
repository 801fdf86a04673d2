import { expect, test } from 'vitest';
import { Sequences } from '../../../../src/load/settle/sequences.ts';

test('sequences are taken once, in order', () => {
  const sequences = new Sequences();
  expect(sequences.takeBefore(10)).toBe(0);
  for (const sequence of [2, 3, 7, 8, 9]) sequences.add(sequence);
  expect([2, 3, 4, 9].map((end) => sequences.takeBefore(end))).toEqual([0, 1, 1, 2]);
  sequences.add(12);
  expect([12, 13, 99].map((end) => sequences.takeBefore(end))).toEqual([1, 1, 0]);
});
