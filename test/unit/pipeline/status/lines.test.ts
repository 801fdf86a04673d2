import { describe, expect, it } from 'vitest';
import { markPublished } from '../../../../src/pipeline/state/job-end.ts';
import { newJob, startNextRun, recordReport, markStopped, type JobState } from '../../../../src/pipeline/state/job.ts';
import { getJobId } from '../../../../src/pipeline/state/identity.ts';
import { zeroTotals, type RangeTotals } from '../../../../src/pipeline/state/totals.ts';
import { newTask, type AgedTask, type TaskName } from '../../../../src/pipeline/state/task.ts';
import { formatTable, type Column } from '../../../../src/pipeline/status/columns.ts';
import { describeRange, type JobDetail } from '../../../../src/pipeline/status/job-detail.ts';
import { formatJobDetail } from '../../../../src/pipeline/status/format-job-detail.ts';
import { describeJob, unstartedJob, type JobStatus } from '../../../../src/pipeline/status/job-status.ts';
import type { Overview } from '../../../../src/pipeline/status/overview.ts';
import { formatOverview } from '../../../../src/pipeline/status/format-overview.ts';
import { settingsFor } from '../jobs/memory-ports.ts';

const beganMs = Date.UTC(2026, 10, 20, 10);
const object = {
  bucket: 'b',
  key: 'import/a.csv',
  versionId: null,
  etag: '"1"',
  lastModifiedMs: beganMs,
  sizeBytes: 10_000,
};
const id = getJobId(object);
const why = { code: 'ACCESS_DENIED', message: 'not allowed', hint: 'Allow it.' } as const;
const one = newJob(id, object, settingsFor(), beganMs);

/** A part with 10 bytes per record. */
function partOf(read: number, rejected = 0): RangeTotals {
  return {
    ...zeroTotals,
    counts: { ...zeroTotals.counts, read, written: read - rejected, rejected },
    bytes: 10 * read,
  };
}

function task(part: RangeTotals, hasLease: boolean, to: number | null = null): AgedTask {
  const work = { frontier: part.bytes, acknowledged: 0, checkpoint: null, part };
  const lease = hasLease ? { owner: 'me', durationMs: 60_000 } : null;
  return { state: { ...newTask({ run: 1, from: 0, to, work }, 0), lease }, ageMs: 21_000 };
}

function stored(job: JobState | undefined, tasks: [TaskName, AgedTask][] = [], changedMs?: number) {
  return { id, key: object.key, job, tasks: new Map(tasks), changedMs };
}

describe('the status of a job', () => {
  const failed = markPublished(
    recordReport(markStopped(one, 'failed', why), 0, { isDone: false, part: partOf(500, 2) }),
  );
  const done = markPublished(recordReport(one, 0, { isDone: true, part: partOf(1_000) }));

  const waiting = task(zeroTotals, false);
  const failing = { ...waiting, state: { ...waiting.state, failedStarts: 1, lastFailure: why } };

  it.each<[title: string, status: JobStatus, expected: Partial<JobStatus>]>([
    [
      'has percent and speed while it is loading',
      describeJob(stored(one, [[0, task(partOf(254, 4), true)]]), beganMs + 2_000),
      {
        state: 'loading',
        percent: 25,
        read: 254,
        written: 250,
        rejected: 4,
        recordsPerSecond: 127,
        ended: null,
        run: 1,
      },
    ],
    [
      'has end time and average speed after it has ended',
      describeJob(stored(done, [], beganMs + 10_000), beganMs + 3_600_000),
      {
        state: 'done',
        percent: 100,
        recordsPerSecond: 100,
        ended: '2026-11-20T10:00:10Z',
        started: '2026-11-20T10:00:00Z',
      },
    ],
    [
      'has the error of a failed job',
      describeJob(stored(failed, [], beganMs + 10_000), beganMs + 20_000),
      { state: 'failed', percent: 50, rejected: 2, error: why },
    ],
    [
      'has no speed in the second run, because the counts include the first',
      describeJob(stored(startNextRun(failed, beganMs + 30_000), [[0, task(partOf(600), true)]]), beganMs + 31_000),
      { state: 'loading', run: 2, percent: 60, recordsPerSecond: null, error: null, started: '2026-11-20T10:00:30Z' },
    ],
    [
      'has the last failure of a task that is being retried',
      describeJob(stored(one, [[0, failing]]), beganMs),
      { state: 'waiting', error: null, lastFailure: why },
    ],
    [
      'has no counts before the job starts',
      describeJob(stored(undefined), beganMs),
      { ...unstartedJob(id, object.key) },
    ],
  ])('%s', (_, status, expected) => {
    expect(status).toMatchObject(expected);
  });
});

describe('the status of a range', () => {
  it.each<[title: string, range: TaskName, task: AgedTask, expected: object]>([
    [
      'is loading while it has a lease',
      1,
      task(partOf(40, 1), true, 1_000),
      { state: 'loading', percent: 40, leaseSeconds: 40, read: 40, rejected: 1 },
    ],
    [
      'is waiting without a lease',
      1,
      task(partOf(40), false),
      { state: 'waiting', percent: 4, leaseSeconds: null, to: null },
    ],
    ['is cutting for the task that cuts', 'cut', task(partOf(500), true), { state: 'cutting', percent: 50 }],
    ['has no percent for a compressed object', 0, task(partOf(1_001), true), { percent: null }],
  ])('%s', (_, range, aged, expected) => {
    expect(describeRange(range, aged, object.sizeBytes)).toMatchObject({ range, from: 0, ...expected });
  });
});

it('a table has aligned columns', () => {
  const columns: Column<readonly [name: string, n: string, key: string]>[] = [
    { title: 'name', cell: ([name]) => name },
    { title: 'n', isNumber: true, cell: ([, n]) => n },
    { title: 'key', cell: ([, , key]) => key },
  ];
  expect(
    formatTable(columns, [
      ['a', '1,000', 'x y'],
      ['longer', '2', 'z'],
      ['', '', ''],
    ]),
  ).toEqual(['name        n  key', 'a       1,000  x y', 'longer      2  z', '']);
});

const empty = { visible: 0, inFlight: 0, delayed: 0 };
const quiet: Overview = {
  name: null,
  bucket: 'b',
  table: 'people',
  function: null,
  queue: empty,
  deadLetters: empty,
  openJobs: 0,
  jobs: [],
  unstarted: [],
  expired: 0,
};
const left = { key: 'import/l\u0007.csv', sizeBytes: 1_500, put: '2026-11-20T10:00:00Z' };

describe('the printed overview of a pipeline', () => {
  const offer = 'Resume everything that is not loaded:';
  it.each<[title: string, change: Partial<Overview>, offers: boolean]>([
    ['has nothing to do', {}, false],
    ['has a failed job', { jobs: [{ ...unstartedJob(id, 'k'), state: 'failed' }] }, true],
    [
      'has a failed job whose object has a newer, loaded version',
      {
        jobs: [
          { ...unstartedJob('2', 'k'), state: 'done' },
          { ...unstartedJob('1', 'k'), state: 'failed' },
        ],
      },
      false,
    ],
    ['has a replaced job', { jobs: [{ ...unstartedJob(id, 'k'), state: 'replaced' }] }, false],
    ['has dead letters', { deadLetters: { ...empty, inFlight: 1 } }, true],
    ['has a file without a job', { unstarted: [left] }, true],
    ['has a file whose event is in the queue', { unstarted: [left], queue: { ...empty, visible: 1 } }, false],
  ])('offers redrive if necessary: the pipeline %s', (_, change, offers) => {
    const lines = formatOverview({ ...quiet, ...change }, 'csv2ddb redrive --name x');
    expect(lines.includes(offer)).toBe(offers);
    if (offers) expect(lines.at(-1)).toBe('  csv2ddb redrive --name x');
  });

  it('prints why the newest jobs failed or are being retried', () => {
    const job = unstartedJob(id, 'import/a.csv');
    const jobs: JobStatus[] = [
      { ...job, state: 'waiting', lastFailure: why },
      { ...job, state: 'done' },
      { ...job, state: 'replaced', error: why },
      ...Array.from({ length: 5 }, (): JobStatus => ({
        ...job,
        state: 'failed',
        error: { ...why, message: 'not\nnow' },
      })),
    ];
    const lines = formatOverview({ ...quiet, jobs }, 'r');
    expect(lines.filter((line) => line.startsWith('import/a.csv'))).toEqual([
      'import/a.csv, waiting: ACCESS_DENIED: not allowed',
      ...Array.from({ length: 4 }, () => 'import/a.csv, failed: ACCESS_DENIED: not?now'),
    ]);
  });

  it('prints 20 unstarted files without control characters, and counts the rest', () => {
    const lines = formatOverview({ ...quiet, unstarted: Array.from({ length: 23 }, () => left), expired: 1 }, 'r');
    expect(lines.filter((line) => line === '1.5 kB  2026-11-20T10:00:00Z  import/l?.csv')).toHaveLength(20);
    expect(lines).toContain('23 files not started');
    expect(lines).toContain('and 3 more');
    expect(lines).toContain('1 file older than 28 days: state has expired, cannot tell whether they were loaded');
  });
});

describe('the printed status of one job', () => {
  const status = describeJob(
    stored(
      markPublished(recordReport(markStopped(one, 'failed', why), 0, { isDone: false, part: partOf(500, 2) })),
      [],
      beganMs + 10_000,
    ),
    0,
  );
  const detail: JobDetail = {
    ...status,
    bucket: 'b',
    versionId: null,
    etag: '"1"',
    put: '2026-11-20T10:00:00Z',
    table: 'people',
    order: 'file',
    ranges: 1,
    tasks: [describeRange(0, task(partOf(500, 2), false), 10_000)],
    rejects: ['s3://b/rejects/j/1.csv'],
    summary: null,
    newer: null,
  };

  it('has all labels, the ranges and the redrive command of a failed job', () => {
    expect(formatJobDetail(detail, 'csv2ddb redrive j')).toEqual([
      'import/a.csv: failed',
      `  job       ${id}`,
      '  object    s3://b/import/a.csv, 10 kB, put 2026-11-20T10:00:00Z',
      '  version   "1"',
      '  table     people',
      '  order     file order',
      '  run       1, started 2026-11-20T10:00:00Z',
      '  ended     2026-11-20T10:00:10Z',
      '  done      50%',
      '  read      500 records, 5.0 kB',
      '  written   498',
      '  rejected  2',
      '  speed     50 records/s',
      '  rejects   s3://b/rejects/j/1.csv',
      '  reasons   s3://b/rejects/j/1.csv.jsonl',
      '  error     ACCESS_DENIED: not allowed',
      '  hint      Allow it.',
      '',
      'range  from   to  state    done  read  rejected  lease  failed starts  last failure',
      '    0     0  end  waiting   50%   500         2                     0',
      '',
      'Resume it from its last checkpoint:',
      '  csv2ddb redrive j',
    ]);
  });

  it.each<[title: string, change: Partial<JobDetail>, words: RegExp | undefined]>([
    ['is done', { state: 'done' }, undefined],
    ['is loading', { state: 'loading' }, undefined],
    ['has too many rejects', { state: 'too many rejects' }, undefined],
    ['is waiting', { state: 'waiting' }, /^If it makes no progress/],
    ['has a newer version that is not started', { state: 'done', newer: left }, /^If it makes no progress/],
  ])('offers redrive if necessary: the job %s', (_, change, text) => {
    const offer = formatJobDetail({ ...detail, ...change }, 'redrive').at(-2) ?? '';
    if (text === undefined) expect(offer).not.toMatch(/^(Retry|If)/);
    else expect(offer).toMatch(text);
  });
});
