import { describe, expect, it } from 'vitest';
import { markPublished } from '../../../../src/pipeline/state/job-end.ts';
import { newJob, redrive, report, stop, type JobState } from '../../../../src/pipeline/state/job.ts';
import { jobIdOf } from '../../../../src/pipeline/state/identity.ts';
import { emptyPart, type Part } from '../../../../src/pipeline/state/totals.ts';
import { newTask, type AgedTask, type TaskName } from '../../../../src/pipeline/state/task.ts';
import { tableLines, type Column } from '../../../../src/pipeline/status/columns.ts';
import { rangeLook, type Detail } from '../../../../src/pipeline/status/detail.ts';
import { detailLines } from '../../../../src/pipeline/status/detail-lines.ts';
import { lookAt, notBegun, type JobLook } from '../../../../src/pipeline/status/job-view.ts';
import type { Overview } from '../../../../src/pipeline/status/overview.ts';
import { overviewLines } from '../../../../src/pipeline/status/overview-lines.ts';
import { settingsFor } from '../jobs/memory-world.ts';

const beganMs = Date.UTC(2026, 10, 20, 10);
const object = {
  bucket: 'b',
  key: 'import/a.csv',
  versionId: null,
  etag: '"1"',
  lastModifiedMs: beganMs,
  sizeBytes: 10_000,
};
const id = jobIdOf(object);
const why = { code: 'ACCESS_DENIED', message: 'not allowed', hint: 'Allow it.' } as const;
const one = newJob(id, object, settingsFor(), beganMs);

/** 10 bytes a record. */
function partOf(read: number, rejected = 0): Part {
  return { ...emptyPart, counts: { ...emptyPart.counts, read, written: read - rejected, rejected }, bytes: 10 * read };
}

function task(part: Part, isHeld: boolean, to: number | null = null): AgedTask {
  const work = { frontier: part.bytes, acknowledged: 0, checkpoint: null, part };
  const lease = isHeld ? { owner: 'me', durationMs: 60_000 } : null;
  return { state: { ...newTask({ run: 1, from: 0, to, work }, 0), lease }, ageMs: 21_000 };
}

function seen(job: JobState | undefined, tasks: [TaskName, AgedTask][] = [], changedMs?: number) {
  return { id, key: object.key, job, tasks: new Map(tasks), changedMs };
}

describe('a look at a job', () => {
  const failed = markPublished(report(stop(one, 'failed', why), 0, { isDone: false, part: partOf(500, 2) }));
  const done = markPublished(report(one, 0, { isDone: true, part: partOf(1_000) }));

  const waiting = task(emptyPart, false);
  const failing = { ...waiting, state: { ...waiting.state, failedStarts: 1, lastFailure: why } };

  it.each<[title: string, look: JobLook, expected: Partial<JobLook>]>([
    [
      'that is being loaded has percent and speed',
      lookAt(seen(one, [[0, task(partOf(254, 4), true)]]), beganMs + 2_000),
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
      'that has ended has the time and the speed up to then',
      lookAt(seen(done, [], beganMs + 10_000), beganMs + 3_600_000),
      {
        state: 'done',
        percent: 100,
        recordsPerSecond: 100,
        ended: '2026-11-20T10:00:10Z',
        begun: '2026-11-20T10:00:00Z',
      },
    ],
    [
      'that failed has the error',
      lookAt(seen(failed, [], beganMs + 10_000), beganMs + 20_000),
      { state: 'failed', percent: 50, rejected: 2, error: why },
    ],
    [
      'in its second run has no speed: the counts are those of both',
      lookAt(seen(redrive(failed, beganMs + 30_000), [[0, task(partOf(600), true)]]), beganMs + 31_000),
      { state: 'loading', run: 2, percent: 60, recordsPerSecond: null, error: null, begun: '2026-11-20T10:00:30Z' },
    ],
    [
      'that is tried again has what went wrong',
      lookAt(seen(one, [[0, failing]]), beganMs),
      { state: 'waiting', error: null, lastFailure: why },
    ],
    ['that is only marked has nothing', lookAt(seen(undefined), beganMs), { ...notBegun(id, object.key) }],
  ])('%s', (_, look, expected) => {
    expect(look).toMatchObject(expected);
  });
});

describe('a look at a range', () => {
  it.each<[title: string, range: TaskName, task: AgedTask, expected: object]>([
    [
      'that is held',
      1,
      task(partOf(40, 1), true, 1_000),
      { state: 'loading', percent: 40, leaseSeconds: 40, read: 40, rejected: 1 },
    ],
    ['that waits', 1, task(partOf(40), false), { state: 'waiting', percent: 4, leaseSeconds: null, to: null }],
    ['that cuts', 'cut', task(partOf(500), true), { state: 'cutting', percent: 50 }],
    ['of a packed object', 0, task(partOf(1_001), true), { percent: null }],
  ])('%s', (_, range, of, expected) => {
    expect(rangeLook(range, of, object.sizeBytes)).toMatchObject({ range, from: 0, ...expected });
  });
});

it('columns stand under each other', () => {
  const columns: Column<readonly [name: string, n: string, key: string]>[] = [
    { title: 'name', cell: ([name]) => name },
    { title: 'n', isNumber: true, cell: ([, n]) => n },
    { title: 'key', cell: ([, , key]) => key },
  ];
  expect(
    tableLines(columns, [
      ['a', '1,000', 'x y'],
      ['longer', '2', 'z'],
      ['', '', ''],
    ]),
  ).toEqual(['name        n  key', 'a       1,000  x y', 'longer      2  z', '']);
});

const nothing = { visible: 0, inFlight: 0, delayed: 0 };
const quiet: Overview = {
  ...{ name: null, bucket: 'b', table: 'people', function: null, queue: nothing, deadLetters: nothing },
  ...{ openJobs: 0, jobs: [], notBegun: [], forgotten: 0 },
};
const left = { key: 'import/l\u0007.csv', sizeBytes: 1_500, put: '2026-11-20T10:00:00Z' };

describe('what is told of a pipeline', () => {
  const goesOn = 'Start again what is not loaded:';
  it.each<[title: string, change: Partial<Overview>, offers: boolean]>([
    ['that has nothing to do', {}, false],
    ['whose job failed', { jobs: [{ ...notBegun(id, 'k'), state: 'failed' }] }, true],
    [
      'whose job failed before a newer version of its file was loaded',
      {
        jobs: [
          { ...notBegun('2', 'k'), state: 'done' },
          { ...notBegun('1', 'k'), state: 'failed' },
        ],
      },
      false,
    ],
    ['whose job was replaced', { jobs: [{ ...notBegun(id, 'k'), state: 'replaced' }] }, false],
    ['with dead letters', { deadLetters: { ...nothing, inFlight: 1 } }, true],
    ['with a file that nobody heard of', { notBegun: [left] }, true],
    ['with a file whose event is on its way', { notBegun: [left], queue: { ...nothing, visible: 1 } }, false],
  ])('%s offers redrive or not', (_, change, offers) => {
    const lines = overviewLines({ ...quiet, ...change }, 'csv2ddb redrive --name x');
    expect(lines.includes(goesOn)).toBe(offers);
    if (offers) expect(lines.at(-1)).toBe('  csv2ddb redrive --name x');
  });

  it('says why the newest jobs failed, or are tried again', () => {
    const job = notBegun(id, 'import/a.csv');
    const jobs: JobLook[] = [
      { ...job, state: 'waiting', lastFailure: why },
      { ...job, state: 'done' },
      { ...job, state: 'replaced', error: why },
      ...Array.from({ length: 5 }, (): JobLook => ({
        ...job,
        state: 'failed',
        error: { ...why, message: 'not\nnow' },
      })),
    ];
    const lines = overviewLines({ ...quiet, jobs }, 'r');
    expect(lines.filter((line) => line.startsWith('import/a.csv'))).toEqual([
      'import/a.csv, waiting: ACCESS_DENIED: not allowed',
      ...Array.from({ length: 4 }, () => 'import/a.csv, failed: ACCESS_DENIED: not?now'),
    ]);
  });

  it('names 20 files, without what moves the cursor, and counts the rest', () => {
    const lines = overviewLines({ ...quiet, notBegun: Array.from({ length: 23 }, () => left), forgotten: 1 }, 'r');
    expect(lines.filter((line) => line === '1.5 kB  2026-11-20T10:00:00Z  import/l?.csv')).toHaveLength(20);
    expect(lines).toContain('23 files not begun');
    expect(lines).toContain('and 3 more');
    expect(lines).toContain('1 file older than 28 days: whether they were loaded is not known any more');
  });
});

describe('what is told of one job', () => {
  const look = lookAt(
    seen(
      markPublished(report(stop(one, 'failed', why), 0, { isDone: false, part: partOf(500, 2) })),
      [],
      beganMs + 10_000,
    ),
    0,
  );
  const detail: Detail = {
    ...look,
    ...{
      bucket: 'b',
      versionId: null,
      etag: '"1"',
      put: '2026-11-20T10:00:00Z',
      table: 'people',
      order: 'file',
      ranges: 1,
    },
    ...{
      tasks: [rangeLook(0, task(partOf(500, 2), false), 10_000)],
      rejects: ['s3://b/rejects/j/1.csv'],
      summary: null,
      newer: null,
    },
  };

  it('is all there is to know', () => {
    expect(detailLines(detail, 'csv2ddb redrive j')).toEqual([
      'import/a.csv: failed',
      `  job       ${id}`,
      '  object    s3://b/import/a.csv, 10 kB, put 2026-11-20T10:00:00Z',
      '  version   "1"',
      '  table     people',
      '  order     that of the file',
      '  run       1, begun 2026-11-20T10:00:00Z',
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
      'range  from   to  state    done  read  rejected  held for  failed starts  last failure',
      '    0     0  end  waiting   50%   500         2                        0',
      '',
      'Start it again, from where it stopped:',
      '  csv2ddb redrive j',
    ]);
  });

  it.each<[title: string, change: Partial<Detail>, words: RegExp | undefined]>([
    ['that is done', { state: 'done' }, undefined],
    ['that is being loaded', { state: 'loading' }, undefined],
    ['with too many rejects', { state: 'too many rejects' }, undefined],
    ['that waits', { state: 'waiting' }, /^If nothing moves/],
    ['of which a newer version lies there', { state: 'done', newer: left }, /^If nothing moves/],
  ])('%s offers redrive or not', (_, change, words) => {
    const offer = detailLines({ ...detail, ...change }, 'redrive').at(-2) ?? '';
    if (words === undefined) expect(offer).not.toMatch(/^(Start|If)/);
    else expect(offer).toMatch(words);
  });
});
