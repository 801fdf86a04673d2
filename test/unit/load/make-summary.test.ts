import { describe, expect, test } from 'vitest';
import { makeSummary, type SummaryFacts } from '../../../src/load/make-summary.ts';
import { addCounts, zeroCounts } from '../../../src/load/summary.ts';

const facts: SummaryFacts = {
  ...{ table: 'people', sources: ['a.csv'], seconds: 2.000_4, bytes: 9, resumed: false, error: null },
  counts: { ...zeroCounts, read: 10, written: 8, skipped: 2 },
  rejectsFiles: [],
};

describe('a summary', () => {
  test.each<[title: string, changes: Partial<SummaryFacts>, expected: Record<string, unknown>]>([
    ['without requests has no traffic', {}, { requests: 0, retries: 0, writeUnits: null, checkpoint: null, ahead: 0 }],
    ['counts an item for each written record', {}, { items: 8, seconds: 2, recordsPerSecond: 5, exitStatus: 0 }],
    ['of a resumed run has the rate of that run', { recordsOfRun: 4 }, { read: 10, recordsPerSecond: 2 }],
    ['of a run without a measurable time has a finite rate', { seconds: 0 }, { recordsPerSecond: 10_000 }],
    ['with rejected records has status 1', { counts: { ...zeroCounts, rejected: 1 } }, { exitStatus: 1 }],
    ['keeps the status of an early end', { exitStatus: 4 }, { exitStatus: 4 }],
    ['names one reject file', { rejectsFiles: ['a.rejects'] }, { rejectsFile: 'a.rejects' }],
    ['lists several reject files', { rejectsFiles: ['a', 'b'] }, { rejectsFile: ['a', 'b'] }],
  ])('%s', (_, changes, expected) => {
    expect(makeSummary({ ...facts, ...changes })).toMatchObject(expected);
  });
});

test('counts are added and subtracted by name', () => {
  const sum = addCounts(facts.counts, facts.counts);
  expect(sum).toEqual({ ...zeroCounts, read: 20, written: 16, skipped: 4 });
  expect(addCounts(sum, facts.counts, -1)).toEqual(facts.counts);
});
