import { describe, expect, it } from 'vitest';
import { jobIdOf, type ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import { decide, type View } from '../../../../src/pipeline/state/decide.ts';
import { point } from '../../../../src/pipeline/state/head.ts';
import { isComplete, markPublished, summaryOf } from '../../../../src/pipeline/state/job-end.ts';
import {
  cut,
  newJob,
  redrive,
  report,
  stop,
  unsettled,
  updateTally,
  type JobState,
} from '../../../../src/pipeline/state/job.ts';
import { leaseLeftMs } from '../../../../src/pipeline/state/lease.ts';
import { emptyPart, type Part } from '../../../../src/pipeline/state/totals.ts';
import {
  advance,
  failStart,
  finish,
  handOver,
  longestSilenceMs,
  newTask,
  reasonToGiveUp,
  take,
  type AgedTask,
  type TaskState,
  type Work,
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
const id = jobIdOf(object);
const maxErrors = { kind: 'count', count: 10 } as const;
const begunMs = object.lastModifiedMs + 1_000;
const settings = { table: 'people', options: {} };
const one = newJob(id, object, { settings, parallel: 1, maxErrors }, begunMs);
const several = newJob(id, object, { settings, parallel: 4, maxErrors }, begunMs);
const begin: Work = { frontier: 0, acknowledged: 0, checkpoint: null, part: emptyPart };
const nowMs = object.lastModifiedMs + 60_000;
const fresh = newTask({ run: 1, from: 0, to: null, work: begin }, nowMs);
const lease = { owner: 'me', durationMs: 60_000 };
const agedTask = (state: TaskState, ageMs = 0): AgedTask => ({ state, ageMs });
const why = { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } as const;

function partOf(read: number, rejected: number): Part {
  return { ...emptyPart, counts: { ...emptyPart.counts, read, written: read - rejected, rejected }, bytes: 10 * read };
}

describe('the name of a job', () => {
  it('begins with the time, and is the same for whoever works it out', () => {
    expect(id).toMatch(/^20261120T100000Z-[0-9a-f]{20}$/);
    expect(jobIdOf({ ...object, sizeBytes: 2 })).toBe(id);
  });

  it.each([
    ['bucket', { bucket: 'c' }],
    ['key', { key: 'import/b.csv' }],
    ['content', { etag: '"3"' }],
    ['time', { lastModifiedMs: object.lastModifiedMs + 1_000 }],
    ['version', { versionId: 'v' }],
  ])('is another for another %s', (_, change) => {
    expect(jobIdOf({ ...object, ...change })).not.toBe(id);
  });

  it('goes by the version alone where there are versions', () => {
    const versioned = { ...object, versionId: 'v' };
    expect(jobIdOf({ ...versioned, etag: '"3"' })).toBe(jobIdOf(versioned));
  });
});

describe('a lease', () => {
  it.each([
    [0, 61_000],
    [60_000, 1_000],
    [60_999, 1],
    [61_000, 0],
    [1e9, 0],
  ])('that was written %i ms ago is held for %i ms more', (ageMs, leftMs) => {
    expect(leaseLeftMs(lease, ageMs)).toBe(leftMs);
  });

  it('that was given back is over', () => {
    expect(leaseLeftMs(null, 0)).toBe(0);
  });
});

describe('the head of a key', () => {
  it('names the newest, and remembers those before until they are over', () => {
    const first = point(undefined, object);
    expect(first).toEqual({ object, job: id, earlier: [] });
    expect(point(first, object)).toBe(first);
    const second = point(first, newer);
    expect(second).toEqual({ object: newer, job: jobIdOf(newer), earlier: [object] });
  });

  it('may name an earlier one again: a newer version was deleted', () => {
    const second = point(point(undefined, object), newer);
    expect(point(second, object)).toEqual({ object, job: id, earlier: [newer] });
  });
});

describe('a task', () => {
  const held = take(agedTask(fresh), lease, 1, nowMs);

  it('whose lease is over had a dead owner: a failed start', () => {
    expect(held.failedStarts).toBe(0);
    expect(take(agedTask(held, 61_000), { ...lease, owner: 'other' }, 1, nowMs)).toMatchObject({
      failedStarts: 1,
      lease: { owner: 'other' },
    });
    expect(take(agedTask(handOver(held), 61_000), lease, 1, nowMs).failedStarts).toBe(0);
  });

  it('that moves has no failed starts behind it', () => {
    const failed = failStart(held, why);
    expect(failed).toMatchObject({ failedStarts: 1, lastFailure: why, lease: null });
    expect(advance(failed, { ...begin, frontier: 1 }, nowMs + 1)).toMatchObject({
      failedStarts: 0,
      lastFailure: null,
      lastWriteMs: nowMs + 1,
    });
    expect(advance(failed, begin, nowMs + 1)).toMatchObject({ failedStarts: 1, lastWriteMs: nowMs });
    expect(advance(failed, { ...begin, acknowledged: 1 }, nowMs + 1)).toMatchObject({
      failedStarts: 1,
      lastWriteMs: nowMs + 1,
    });
  });

  it('is given up at the fourth failed start, with what the last one said', () => {
    let state: TaskState = fresh;
    for (let n = 1; n <= 3; n++) {
      state = failStart(state, why);
      expect(reasonToGiveUp(agedTask(state), 1, nowMs)).toBeUndefined();
    }
    expect(reasonToGiveUp(agedTask(failStart(state, why)), 1, nowMs)).toEqual(why);
    const dead = { ...state, lease, lastFailure: null };
    expect(reasonToGiveUp(agedTask(dead, 61_000), 1, nowMs)).toMatchObject({ code: 'INTERNAL' });
  });

  it('is given up after six hours without a write, and hand-overs do not count', () => {
    let state = fresh;
    for (let n = 0; n < 20; n++) state = handOver(take(agedTask(state), lease, 1, nowMs));
    expect(reasonToGiveUp(agedTask(state), 1, nowMs + longestSilenceMs - 1)).toBeUndefined();
    expect(reasonToGiveUp(agedTask(state), 1, nowMs + longestSilenceMs)).toMatchObject({ code: 'RETRIES_EXHAUSTED' });
  });

  it('is given up at the third hand-over in vain in a row', () => {
    let state = fresh;
    for (const isVain of [true, true, false, true, true]) state = handOver(state, isVain);
    expect(reasonToGiveUp(agedTask(state), 1, nowMs)).toBeUndefined();
    state = handOver(state, true);
    expect(reasonToGiveUp(agedTask(state), 1, nowMs)).toMatchObject({ code: 'RETRIES_EXHAUSTED' });
    expect(reasonToGiveUp(agedTask(state), 2, nowMs), 'in another run').toBeUndefined();
  });

  it('forgets in another run what went wrong before', () => {
    let state: TaskState = fresh;
    for (let n = 0; n < 4; n++) state = failStart(state, why);
    const laterMs = nowMs + 2 * longestSilenceMs;
    expect(reasonToGiveUp(agedTask(state), 2, laterMs)).toBeUndefined();
    expect(take(agedTask(state), lease, 2, laterMs)).toMatchObject({ run: 2, failedStarts: 0, lastWriteMs: laterMs });
  });
});

describe('a job', () => {
  it('of one range is complete with its report', () => {
    expect(isComplete(one)).toBe(false);
    const done = report(one, 0, { isDone: true, part: partOf(5, 1) });
    expect(isComplete(done)).toBe(true);
    expect(summaryOf(done, 'people', nowMs)).toMatchObject({
      state: 'done',
      read: 5,
      rejected: 1,
      exitStatus: 1,
      order: 'file',
      ranges: 1,
    });
  });

  it('of several ranges is complete when it is cut and all have reported', () => {
    let job: JobState = several;
    for (const range of [2, 0, 1]) {
      job = report(job, range, { isDone: true, part: partOf(10, 0) });
      expect(isComplete(job)).toBe(false);
    }
    job = cut(job, 3, true);
    expect(isComplete(job)).toBe(true);
    expect(cut(job, 2, false)).toBe(job);
    expect(summaryOf(job, 'people', nowMs)).toMatchObject({
      read: 30,
      bytes: 300,
      exitStatus: 0,
      order: 'range',
      ranges: 3,
    });
  });

  it('that is stopped is complete with what its ranges had done', () => {
    const half = report(cut(several, 2, false), 0, { isDone: false, part: partOf(3, 0) });
    expect(isComplete(report(half, 1, { isDone: true, part: partOf(4, 0) }))).toBe(false);
    const stopped = stop(half, 'failed', why);
    expect(isComplete(stopped)).toBe(false);
    const whole = report(stopped, 1, { isDone: true, part: partOf(4, 0) });
    expect(isComplete(whole)).toBe(true);
    expect(summaryOf(whole, 'people', nowMs)).toMatchObject({ state: 'failed', read: 7, exitStatus: 3, error: why });
  });

  it('keeps the first reason it was stopped for, and none once it has ended', () => {
    const stopped = stop(one, 'gone', why);
    expect(stop(stopped, 'failed', why)).toBe(stopped);
    const ended = markPublished(one);
    expect(stop(ended, 'failed', why)).toBe(ended);
  });

  it.each([
    ['rejects', 2],
    ['replaced', 3],
    ['gone', 3],
    ['failed', 3],
  ] as const)('that is stopped as %s ends with %i', (kind, exitStatus) => {
    expect(summaryOf(stop(one, kind, why), 'people', nowMs)).toMatchObject({ state: kind, exitStatus });
  });

  it('that has no settings ends with the table of its pipeline: its topic takes no empty name', () => {
    const never = stop(newJob(id, object, unsettled, begunMs), 'replaced', why);
    expect(summaryOf(never, 'people', nowMs).table).toBe('people');
    expect(summaryOf(one, 'pets', nowMs).table).toBe('people');
  });

  it('counts the rejects of all its ranges together', () => {
    const part = partOf(100, 4);
    const reported = report(several, 0, { isDone: true, part });
    const told = updateTally(reported, 1, { read: 50, rejected: 6 });
    expect(told.stop).toBeNull();
    expect(updateTally(told, 2, { read: 1, rejected: 1 }).stop).toMatchObject({
      kind: 'rejects',
      why: { code: 'TOO_MANY_ERRORS' },
    });
    // What a range has told before it reported counts once.
    expect(
      updateTally(report(told, 1, { isDone: true, part: partOf(50, 6) }), 2, { read: 9, rejected: 0 }).stop,
    ).toBeNull();
  });

  it('judges the rejects that the last range tells with its end', () => {
    const part = partOf(100, 6);
    const all = report(report(cut(several, 2, true), 0, { isDone: true, part }), 1, { isDone: true, part });
    expect(all.stop).toMatchObject({ kind: 'rejects', why: { code: 'TOO_MANY_ERRORS' } });
    expect(isComplete(all)).toBe(true);
  });

  it('runs again for what is not done', () => {
    const first = report(cut(several, 2, true), 0, { isDone: true, part: partOf(3, 0) });
    const second = markPublished(stop(report(first, 1, { isDone: false, part: partOf(1, 0) }), 'failed', why));
    const again = redrive(second, nowMs);
    expect(again).toMatchObject({ run: 2, ranges: 2, stop: null, isPublished: false });
    expect(Object.keys(again.reports)).toEqual(['0']);
    expect(redrive(markPublished(cut(several, 2, false)), nowMs).ranges).toBeNull();
  });
});

describe('a message leads to', () => {
  const head = point(undefined, object);
  const view: View = { id, name: 0, head, job: one, task: undefined, nowMs };
  const at = (state: TaskState, ageMs = 0): View => ({ ...view, task: { state, ageMs } });
  const old = { ...view, head: point(head, newer) };
  const reported = report(one, 0, { isDone: true, part: emptyPart });
  const stopped = stop(one, 'rejects', why);

  it.each<[string, View, string]>([
    ['nothing: nobody knows the job', { ...view, head: undefined, job: undefined }, 'drop'],
    ['nothing: the job has ended', { ...view, job: markPublished(reported) }, 'drop'],
    ['the job, where it is not made', { ...view, job: undefined, name: undefined }, 'make job'],
    ['a look at earlier versions', { ...old, id: jobIdOf(newer) }, 'look at earlier jobs'],
    [
      'a look at earlier versions, where the job has ended and is the newest again',
      { ...view, job: markPublished(reported), head: point(point(head, newer), object) },
      'look at earlier jobs',
    ],
    ['the task, where it is not made', view, 'make task'],
    ['nothing: a range that nobody cut', { ...view, job: several, name: 3 }, 'drop'],
    ['the cutting, where it is not begun', { ...view, job: several, name: 'cut' }, 'make task'],
    ['work', at(fresh), 'work'],
    ['work, where a lease is over', at(take(agedTask(fresh), lease, 1, nowMs), 61_000), 'work'],
    ['waiting, where a lease is held', at(take(agedTask(fresh), lease, 1, nowMs), 60_000), 'wait'],
    ['a report of what is done', at(finish(fresh)), 'report'],
    ['a report where the job is stopped', { ...at(fresh), job: stopped }, 'report'],
    [
      'waiting, where a stopped job is still worked on',
      { ...at(take(agedTask(fresh), lease, 1, nowMs), 0), job: stopped },
      'wait',
    ],
    ['an end, where six hours brought nothing', { ...at(fresh), nowMs: nowMs + longestSilenceMs }, 'stop'],
    ['the summary, where all have reported', { ...view, job: reported }, 'publish'],
    [
      'nothing: others go on',
      { ...view, job: report(cut(several, 2, true), 0, { isDone: true, part: emptyPart }) },
      'drop',
    ],
    ['an end as replaced', old, 'stop'],
    [
      'waiting, where the replaced one is still worked on',
      { ...old, job: stop(one, 'replaced', why), task: { state: take(agedTask(fresh), lease, 1, nowMs), ageMs: 0 } },
      'wait',
    ],
    [
      'the summary of a replaced one',
      { ...old, job: report(stop(one, 'replaced', why), 0, { isDone: false, part: emptyPart }) },
      'publish',
    ],
    ['the summary of one that was done before it was replaced', { ...old, job: reported }, 'publish'],
  ])('%s', (_, given, step) => {
    expect(decide(given).do).toBe(step);
  });
});
