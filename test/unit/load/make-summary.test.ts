import { describe, expect, test } from 'vitest';
import { makeSummary, type SummaryFacts } from '../../../src/load/make-summary.ts';
import { addCounts, zeroCounts } from '../../../src/load/summary.ts';

const facts: SummaryFacts = {
  table: 'people',
  sources: ['a.csv'],
  headers: [],
  seconds: 2.000_4,
  bytes: 9,
  resumed: false,
  error: null,
  counts: { ...zeroCounts, read: 10, written: 8, skipped: 2 },
  rejectsFiles: [],
};

describe('a summary', () => {
  test.each<[title: string, changes: Partial<SummaryFacts>, expected: Record<string, unknown>]>([
    [
      'has zero traffic without requests',
      {},
      { requests: 0, retries: 0, writeUnits: null, checkpoint: null, ahead: 0 },
    ],
    ['counts one item per written record', {}, { items: 8, seconds: 2, recordsPerSecond: 5, exitStatus: 0 }],
    [
      'computes the rate from the records of a resumed run only',
      { recordsOfRun: 4 },
      { read: 10, recordsPerSecond: 2 },
    ],
    ['has a finite rate for a run of zero seconds', { seconds: 0 }, { recordsPerSecond: 10_000 }],
    ['has exit status 1 with rejected records', { counts: { ...zeroCounts, rejected: 1 } }, { exitStatus: 1 }],
    ['keeps a given exit status', { exitStatus: 4 }, { exitStatus: 4 }],
    ['names a single reject file', { rejectsFiles: ['a.rejects'] }, { rejectsFile: 'a.rejects' }],
    ['lists several reject files', { rejectsFiles: ['a', 'b'] }, { rejectsFile: ['a', 'b'] }],
  ])('%s', (_, changes, expected) => {
    expect(makeSummary({ ...facts, ...changes })).toMatchObject(expected);
  });
});

test('addCounts adds and subtracts each count', () => {
  const sum = addCounts(facts.counts, facts.counts);
  expect(sum).toEqual({ ...zeroCounts, read: 20, written: 16, skipped: 4 });
  expect(addCounts(sum, facts.counts, -1)).toEqual(facts.counts);
});
