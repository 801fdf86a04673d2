import { describe, expect, it } from 'vitest';
import { getJobId, type ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import { decide, type TaskView } from '../../../../src/pipeline/state/decide.ts';
import { setLatestVersion } from '../../../../src/pipeline/state/latest-version.ts';
import { isComplete, markPublished, summarizeJob } from '../../../../src/pipeline/state/job-end.ts';
import {
  markCut,
  newJob,
  startNextRun,
  recordReport,
  markStopped,
  noSettings,
  updateCounts,
  type JobState,
} from '../../../../src/pipeline/state/job.ts';
import { leaseLeftMs } from '../../../../src/pipeline/state/lease.ts';
import { zeroTotals, type RangeTotals } from '../../../../src/pipeline/state/totals.ts';
import {
  recordProgress,
  recordFailedStart,
  markDone,
  handOver,
  maxIdleMs,
  newTask,
  findGiveUpReason,
  takeLease,
  type AgedTask,
  type TaskState,
  type TaskProgress,
} from '../../../../src/pipeline/state/task.ts';

const object: ObjectVersion = {
  bucket: 'b',
  key: 'import/a.csv',
  versionId: null,
  etag: '"1"',
  lastModifiedMs: Date.UTC(2026, 10, 20, 10),
  sizeBytes: 1_000,
};
const newer: ObjectVersion = { ...object, etag: '"2"', lastModifiedMs: object.lastModifiedMs + 5_000 };
const id = getJobId(object);
const maxErrors = { kind: 'count', count: 10 } as const;
const begunMs = object.lastModifiedMs + 1_000;
const settings = { table: 'people', options: {} };
const one = newJob(id, object, { settings, parallel: 1, maxErrors }, begunMs);
const several = newJob(id, object, { settings, parallel: 4, maxErrors }, begunMs);
const begin: TaskProgress = { frontier: 0, acknowledged: 0, checkpoint: null, part: zeroTotals };
const nowMs = object.lastModifiedMs + 60_000;
const fresh = newTask({ run: 1, from: 0, to: null, work: begin }, nowMs);
const lease = { owner: 'me', durationMs: 60_000 };
const agedTask = (state: TaskState, ageMs = 0): AgedTask => ({ state, ageMs });
const why = { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } as const;

function partOf(read: number, rejected: number): RangeTotals {
  return {
    ...zeroTotals,
    counts: { ...zeroTotals.counts, read, written: read - rejected, rejected },
    bytes: 10 * read,
  };
}

describe('a job ID', () => {
  it('starts with the time and depends only on the version', () => {
    expect(id).toMatch(/^20261120T100000Z-[0-9a-f]{20}$/);
    expect(getJobId({ ...object, sizeBytes: 2 })).toBe(id);
  });

  it.each([
    ['bucket', { bucket: 'c' }],
    ['key', { key: 'import/b.csv' }],
    ['content', { etag: '"3"' }],
    ['time', { lastModifiedMs: object.lastModifiedMs + 1_000 }],
    ['version', { versionId: 'v' }],
  ])('is different for a different %s', (_, change) => {
    expect(getJobId({ ...object, ...change })).not.toBe(id);
  });

  it('depends only on the version ID if the bucket keeps versions', () => {
    const versioned = { ...object, versionId: 'v' };
    expect(getJobId({ ...versioned, etag: '"3"' })).toBe(getJobId(versioned));
  });
});

describe('a lease', () => {
  it.each([
    [0, 61_000],
    [60_000, 1_000],
    [60_999, 1],
    [61_000, 0],
    [1e9, 0],
  ])('that was written %i ms ago has %i ms left', (ageMs, leftMs) => {
    expect(leaseLeftMs(lease, ageMs)).toBe(leftMs);
  });

  it('that was released has no time left', () => {
    expect(leaseLeftMs(null, 0)).toBe(0);
  });
});

describe('the latest version of a key', () => {
  it('replaces the earlier version and remembers it', () => {
    const first = setLatestVersion(undefined, object);
    expect(first).toEqual({ object, job: id, earlier: [] });
    expect(setLatestVersion(first, object)).toBe(first);
    const second = setLatestVersion(first, newer);
    expect(second).toEqual({ object: newer, job: getJobId(newer), earlier: [object] });
  });

  it('is an earlier version again after the newer one was deleted', () => {
    const second = setLatestVersion(setLatestVersion(undefined, object), newer);
    expect(setLatestVersion(second, object)).toEqual({ object, job: id, earlier: [newer] });
  });
});

describe('a task', () => {
  const held = takeLease(agedTask(fresh), lease, 1, nowMs);

  it('counts an expired lease as a failed start', () => {
    expect(held.failedStarts).toBe(0);
    expect(takeLease(agedTask(held, 61_000), { ...lease, owner: 'other' }, 1, nowMs)).toMatchObject({
      failedStarts: 1,
      lease: { owner: 'other' },
    });
    expect(takeLease(agedTask(handOver(held), 61_000), lease, 1, nowMs).failedStarts).toBe(0);
  });

  it('resets its failed starts when the frontier moves', () => {
    const failed = recordFailedStart(held, why);
    expect(failed).toMatchObject({ failedStarts: 1, lastFailure: why, lease: null });
    expect(recordProgress(failed, { ...begin, frontier: 1 }, nowMs + 1)).toMatchObject({
      failedStarts: 0,
      lastFailure: null,
      lastWriteMs: nowMs + 1,
    });
    expect(recordProgress(failed, begin, nowMs + 1)).toMatchObject({ failedStarts: 1, lastWriteMs: nowMs });
    expect(recordProgress(failed, { ...begin, acknowledged: 1 }, nowMs + 1)).toMatchObject({
      failedStarts: 1,
      lastWriteMs: nowMs + 1,
    });
  });

  it('is given up at the fourth failed start with the last failure', () => {
    let state: TaskState = fresh;
    for (let n = 1; n <= 3; n++) {
      state = recordFailedStart(state, why);
      expect(findGiveUpReason(agedTask(state), 1, nowMs)).toBeUndefined();
    }
    expect(findGiveUpReason(agedTask(recordFailedStart(state, why)), 1, nowMs)).toEqual(why);
    const dead = { ...state, lease, lastFailure: null };
    expect(findGiveUpReason(agedTask(dead, 61_000), 1, nowMs)).toMatchObject({ code: 'INTERNAL' });
  });

  it('is given up after six hours without a write, regardless of hand-overs', () => {
    let state = fresh;
    for (let n = 0; n < 20; n++) state = handOver(takeLease(agedTask(state), lease, 1, nowMs));
    expect(findGiveUpReason(agedTask(state), 1, nowMs + maxIdleMs - 1)).toBeUndefined();
    expect(findGiveUpReason(agedTask(state), 1, nowMs + maxIdleMs)).toMatchObject({ code: 'RETRIES_EXHAUSTED' });
  });

  it('is given up at the third consecutive fruitless hand-over', () => {
    let state = fresh;
    for (const hasNoProgress of [true, true, false, true, true]) state = handOver(state, hasNoProgress);
    expect(findGiveUpReason(agedTask(state), 1, nowMs)).toBeUndefined();
    state = handOver(state, true);
    expect(findGiveUpReason(agedTask(state), 1, nowMs)).toMatchObject({ code: 'RETRIES_EXHAUSTED' });
    expect(findGiveUpReason(agedTask(state), 2, nowMs), 'in another run').toBeUndefined();
  });

  it('ignores failures of earlier runs', () => {
    let state: TaskState = fresh;
    for (let n = 0; n < 4; n++) state = recordFailedStart(state, why);
    const laterMs = nowMs + 2 * maxIdleMs;
    expect(findGiveUpReason(agedTask(state), 2, laterMs)).toBeUndefined();
    expect(takeLease(agedTask(state), lease, 2, laterMs)).toMatchObject({
      run: 2,
      failedStarts: 0,
      lastWriteMs: laterMs,
    });
  });
});

describe('a job', () => {
  it('of one range is complete after its report', () => {
    expect(isComplete(one)).toBe(false);
    const done = recordReport(one, 0, { isDone: true, part: partOf(5, 1) });
    expect(isComplete(done)).toBe(true);
    expect(summarizeJob(done, 'people', nowMs)).toMatchObject({
      state: 'done',
      read: 5,
      rejected: 1,
      exitStatus: 1,
      order: 'file',
      ranges: 1,
    });
  });

  it('of several ranges is complete after it is cut and all ranges have reported', () => {
    let job: JobState = several;
    for (const range of [2, 0, 1]) {
      job = recordReport(job, range, { isDone: true, part: partOf(10, 0) });
      expect(isComplete(job)).toBe(false);
    }
    job = markCut(job, 3, true);
    expect(isComplete(job)).toBe(true);
    expect(markCut(job, 2, false)).toBe(job);
    expect(summarizeJob(job, 'people', nowMs)).toMatchObject({
      read: 30,
      bytes: 300,
      exitStatus: 0,
      order: 'range',
      ranges: 3,
    });
  });

  it('that is stopped is complete even if its ranges are not done', () => {
    const half = recordReport(markCut(several, 2, false), 0, { isDone: false, part: partOf(3, 0) });
    expect(isComplete(recordReport(half, 1, { isDone: true, part: partOf(4, 0) }))).toBe(false);
    const stopped = markStopped(half, 'failed', why);
    expect(isComplete(stopped)).toBe(false);
    const whole = recordReport(stopped, 1, { isDone: true, part: partOf(4, 0) });
    expect(isComplete(whole)).toBe(true);
    expect(summarizeJob(whole, 'people', nowMs)).toMatchObject({ state: 'failed', read: 7, exitStatus: 3, error: why });
  });

  it('keeps its first stop reason, and accepts none after it has ended', () => {
    const stopped = markStopped(one, 'gone', why);
    expect(markStopped(stopped, 'failed', why)).toBe(stopped);
    const ended = markPublished(one);
    expect(markStopped(ended, 'failed', why)).toBe(ended);
  });

  it.each([
    ['rejects', 2],
    ['replaced', 3],
    ['gone', 3],
    ['failed', 3],
  ] as const)('that is stopped as %s ends with status %i', (kind, exitStatus) => {
    expect(summarizeJob(markStopped(one, kind, why), 'people', nowMs)).toMatchObject({ state: kind, exitStatus });
  });

  it('without settings has the table of its pipeline in its summary', () => {
    const unset = markStopped(newJob(id, object, noSettings, begunMs), 'replaced', why);
    expect(summarizeJob(unset, 'people', nowMs).table).toBe('people');
    expect(summarizeJob(one, 'pets', nowMs).table).toBe('people');
  });

  it('checks the rejects of all its ranges together', () => {
    const part = partOf(100, 4);
    const reported = recordReport(several, 0, { isDone: true, part });
    const counted = updateCounts(reported, 1, { read: 50, rejected: 6 });
    expect(counted.stop).toBeNull();
    expect(updateCounts(counted, 2, { read: 1, rejected: 1 }).stop).toMatchObject({
      kind: 'rejects',
      why: { code: 'TOO_MANY_ERRORS' },
    });
    // Counts that a range stored before its report count once.
    expect(
      updateCounts(recordReport(counted, 1, { isDone: true, part: partOf(50, 6) }), 2, { read: 9, rejected: 0 }).stop,
    ).toBeNull();
  });

  it('checks the rejects in the report of the last range', () => {
    const part = partOf(100, 6);
    const all = recordReport(recordReport(markCut(several, 2, true), 0, { isDone: true, part }), 1, {
      isDone: true,
      part,
    });
    expect(all.stop).toMatchObject({ kind: 'rejects', why: { code: 'TOO_MANY_ERRORS' } });
    expect(isComplete(all)).toBe(true);
  });

  it('keeps the finished ranges in the next run', () => {
    const first = recordReport(markCut(several, 2, true), 0, { isDone: true, part: partOf(3, 0) });
    const second = markPublished(
      markStopped(recordReport(first, 1, { isDone: false, part: partOf(1, 0) }), 'failed', why),
    );
    const again = startNextRun(second, nowMs);
    expect(again).toMatchObject({ run: 2, ranges: 2, stop: null, isPublished: false });
    expect(Object.keys(again.reports)).toEqual(['0']);
    expect(startNextRun(markPublished(markCut(several, 2, false)), nowMs).ranges).toBeNull();
  });
});

describe('a message leads to', () => {
  const latest = setLatestVersion(undefined, object);
  const view: TaskView = { id, name: 0, latest, job: one, task: undefined, nowMs };
  const at = (state: TaskState, ageMs = 0): TaskView => ({ ...view, task: { state, ageMs } });
  const old = { ...view, latest: setLatestVersion(latest, newer) };
  const reported = recordReport(one, 0, { isDone: true, part: zeroTotals });
  const stopped = markStopped(one, 'rejects', why);

  it.each<[string, TaskView, string]>([
    ['nothing if the job does not exist', { ...view, latest: undefined, job: undefined }, 'drop'],
    ['nothing if the job has ended', { ...view, job: markPublished(reported) }, 'drop'],
    ['a new job if there is none', { ...view, job: undefined, name: undefined }, 'create job'],
    ['a wait for earlier versions', { ...old, id: getJobId(newer) }, 'wait for earlier versions'],
    [
      'a wait for earlier versions if the job has ended and its version is the latest again',
      { ...view, job: markPublished(reported), latest: setLatestVersion(setLatestVersion(latest, newer), object) },
      'wait for earlier versions',
    ],
    ['a new task if there is none', view, 'create task'],
    ['nothing if the range was not cut', { ...view, job: several, name: 3 }, 'drop'],
    ['a new cut task if there is none', { ...view, job: several, name: 'cut' }, 'create task'],
    ['work', at(fresh), 'work'],
    ['work if the lease has expired', at(takeLease(agedTask(fresh), lease, 1, nowMs), 61_000), 'work'],
    ['waiting if another loader holds the lease', at(takeLease(agedTask(fresh), lease, 1, nowMs), 60_000), 'wait'],
    ['a report if the task is done', at(markDone(fresh)), 'report'],
    ['a report if the job is stopped', { ...at(fresh), job: stopped }, 'report'],
    [
      'waiting if a stopped job is still being loaded',
      { ...at(takeLease(agedTask(fresh), lease, 1, nowMs), 0), job: stopped },
      'wait',
    ],
    ['a stop after six hours without a write', { ...at(fresh), nowMs: nowMs + maxIdleMs }, 'stop'],
    ['the summary if all ranges have reported', { ...view, job: reported }, 'publish'],
    [
      'nothing if other ranges are still loading',
      { ...view, job: recordReport(markCut(several, 2, true), 0, { isDone: true, part: zeroTotals }) },
      'drop',
    ],
    ['a stop if the object was replaced', old, 'stop'],
    [
      'waiting if the replaced version is still being loaded',
      {
        ...old,
        job: markStopped(one, 'replaced', why),
        task: { state: takeLease(agedTask(fresh), lease, 1, nowMs), ageMs: 0 },
      },
      'wait',
    ],
    [
      'the summary of a replaced job',
      { ...old, job: recordReport(markStopped(one, 'replaced', why), 0, { isDone: false, part: zeroTotals }) },
      'publish',
    ],
    ['the summary of a job that was done before it was replaced', { ...old, job: reported }, 'publish'],
  ])('%s', (_, given, step) => {
    expect(decide(given).do).toBe(step);
  });
});
