import { describe, expect, test } from 'vitest';
import type { TaskState } from '../../../../src/pipeline/state/task.ts';
import { sumProgress, type FollowedJob } from '../../../../src/pipeline/upload/progress.ts';
import { job, task } from './jobs.ts';

const counts = { read: 10, written: 8, superseded: 1, skipped: 0, filtered: 0, rejected: 1, padded: 0, truncated: 0 };

function followed(key: string, tasks: readonly TaskState[], hasEnded = false): FollowedJob {
  const started = { ...job(), object: { ...job().object, key, sizeBytes: 1_000 } };
  const snapshot = { job: tasks.length === 0 ? undefined : started, tasks: new Map(tasks.entries()) };
  return { key, sizeBytes: 1_000, snapshot, hasEnded };
}

describe('the progress of jobs', () => {
  test('is zero before a job starts', () => {
    expect(sumProgress([followed('import/a.csv', [])])).toMatchObject({
      read: 0,
      bytes: 0,
      done: 0,
      acknowledged: 0,
      source: 'import/a.csv',
      sourceNumber: 1,
      sources: 1,
      writeUnits: undefined,
      state: 'loading',
    });
  });

  test('is the sum of the ranges of a job', () => {
    const ranges = [task(9, { counts, bytes: 250, writeUnits: 9 }), task(20, { counts, bytes: 500, requests: 3 })];
    expect(sumProgress([followed('import/a.csv', ranges)])).toMatchObject({
      read: 20,
      written: 16,
      superseded: 2,
      rejected: 2,
      writeUnits: 9,
      requests: 3,
      acknowledged: 29,
      bytes: 750,
      done: 0.75,
    });
  });

  test('covers the bytes of all files, and names the first file whose job has not ended', () => {
    const files = [
      followed('import/a.csv', [task(9, { counts, bytes: 1_000 })], true),
      followed('import/b.csv', [task(5, { counts, bytes: 500 })]),
      followed('import/c.csv', []),
    ];
    expect(sumProgress(files)).toMatchObject({ source: 'import/b.csv', sourceNumber: 2, sources: 3, done: 0.5 });
  });

  test.each([
    ['compressed according to its name', followed('import/a.csv.gz', [task(1, { bytes: 10 })]), undefined],
    ['larger than its object, and so compressed', followed('import/a.csv', [task(1, { bytes: 1_001 })]), undefined],
    ['compressed and loaded', followed('import/a.csv.gz', [task(1, { bytes: 9_000 })], true), 1],
    ['empty', { ...followed('import/a.csv', []), sizeBytes: 0 }, 1],
  ])('has the right share for a file that is %s', (_, job, done) => {
    expect(sumProgress([job]).done).toBe(done);
  });
});
