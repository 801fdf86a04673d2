import { describe, expect, it } from 'vitest';
import { getJobId, type ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import {
  markCut,
  newJob,
  startNextRun,
  recordReport,
  markStopped,
  type JobState,
} from '../../../../src/pipeline/state/job.ts';
import { zeroTotals, type RangeTotals } from '../../../../src/pipeline/state/totals.ts';
import { computeProgress, type JobProgress } from '../../../../src/pipeline/state/progress.ts';
import { newTask, type TaskName, type TaskState } from '../../../../src/pipeline/state/task.ts';

const object: ObjectVersion = {
  bucket: 'b',
  key: 'import/a.csv',
  versionId: null,
  etag: '"1"',
  lastModifiedMs: Date.UTC(2026, 10, 20, 10),
  sizeBytes: 1_000,
};

function jobOf(parallel: number, about: Partial<ObjectVersion> = {}, options: Record<string, unknown> = {}): JobState {
  const settings = { table: 'people', options };
  const maxErrors = { kind: 'count', count: 10 } as const;
  const version = { ...object, ...about };
  return newJob(getJobId(version), version, { settings, parallel, maxErrors }, 0);
}

/** 10 bytes a record. */
function partOf(read: number, rejected = 0): RangeTotals {
  return {
    ...zeroTotals,
    counts: { ...zeroTotals.counts, read, written: read - rejected, rejected },
    bytes: 10 * read,
  };
}

function taskAt(part: RangeTotals): TaskState {
  return newTask(
    { run: 1, from: 0, to: null, work: { frontier: part.bytes, acknowledged: 0, checkpoint: null, part } },
    0,
  );
}

const one = jobOf(1);
const several = markCut(jobOf(3), 3, true);
const done = (part: RangeTotals) => ({ isDone: true, part });
const why = { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } as const;

describe('the progress of a job', () => {
  it.each<[title: string, job: JobState, tasks: [TaskName, TaskState][], expected: Partial<JobProgress>]>([
    ['is zero before it starts', one, [], { read: 0, bytes: 0, done: 0 }],
    [
      'is the progress of its only range',
      one,
      [[0, taskAt(partOf(25, 2))]],
      { read: 25, written: 23, rejected: 2, done: 0.25 },
    ],
    [
      'is complete after the range has reported',
      recordReport(one, 0, done(partOf(90))),
      [],
      { read: 90, bytes: 900, done: 1 },
    ],
    [
      'adds up ranges that are done, running and not started',
      recordReport(several, 0, done(partOf(30))),
      [
        ['cut', taskAt(zeroTotals)],
        [1, taskAt(partOf(10, 1))],
        [2, taskAt(zeroTotals)],
      ],
      { read: 40, written: 39, rejected: 1, bytes: 400, done: 0.4 },
    ],
    [
      'counts a range once if it has reported and its state is known',
      recordReport(several, 0, done(partOf(30))),
      [[0, taskAt(partOf(30))]],
      { read: 30, done: 0.3 },
    ],
    ['is known while the object is being cut', jobOf(3), [[0, taskAt(partOf(10))]], { read: 10, done: 0.1 }],
    [
      'stays the same after the job is stopped',
      recordReport(markStopped(one, 'failed', why), 0, { isDone: false, part: partOf(50) }),
      [],
      { read: 50, done: 0.5 },
    ],
    [
      'continues in the next run',
      startNextRun(recordReport(markStopped(one, 'failed', why), 0, { isDone: false, part: partOf(50) }), 1),
      [[0, taskAt(partOf(60))]],
      { read: 60, done: 0.6 },
    ],
    ['is zero for an empty object', jobOf(1, { sizeBytes: 0 }), [], { done: 0 }],
    [
      'has no share for a compressed object',
      jobOf(1, { key: 'import/a.CSV.gz' }),
      [[0, taskAt(partOf(25))]],
      { read: 25, done: undefined },
    ],
    ['has no share if the settings name a compression', jobOf(1, {}, { compression: 'zstd' }), [], { done: undefined }],
    [
      'has a share if the settings say that the object is not compressed',
      jobOf(1, { key: 'a.gz' }, { compression: 'none' }),
      [],
      { done: 0 },
    ],
    ['has no share if more bytes are settled than stored', one, [[0, taskAt(partOf(101))]], { done: undefined }],
    [
      'is complete for a compressed object that is done',
      recordReport(jobOf(1, { key: 'a.gz' }), 0, done(partOf(500))),
      [],
      { done: 1 },
    ],
  ])('%s', (_, job, tasks, expected) => {
    expect(computeProgress(job, new Map(tasks))).toMatchObject(expected);
  });
});
