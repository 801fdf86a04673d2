import { describe, expect, it } from 'vitest';
import { LoaderError, type ExitStatus } from '../../../../src/errors.ts';
import type { HandledTask } from '../../../../src/pipeline/jobs/handler.ts';
import { handedOver } from '../../../../src/pipeline/jobs/steps/work.ts';
import { summarizeJob, type JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import { newJob } from '../../../../src/pipeline/state/job.ts';
import { zeroTotals } from '../../../../src/pipeline/state/totals.ts';
import type { MessageReport } from '../../../../src/pipeline/jobs/log.ts';
import { Tally } from '../../../../src/pipeline/worker/tally.ts';
import { settingsFor } from '../jobs/memory-ports.ts';

const object = { bucket: 'b', key: 'import/a.csv', versionId: null, etag: '"1"', lastModifiedMs: 0, sizeBytes: 7 };

function endedTask(job: string, exitStatus: ExitStatus): HandledTask {
  const summary: JobSummary = { ...summarizeJob(newJob(job, object, settingsFor(), 0), 'people', 0), exitStatus };
  return { job, task: 0, outcome: 'the job has ended', work: zeroTotals, summary };
}

function handedOverTask(job: string): HandledTask {
  return { job, task: 0, outcome: handedOver, work: zeroTotals, summary: undefined };
}

function messageOf(...handled: HandledTask[]): MessageReport {
  return { id: 'm', receives: 1, seconds: 0, outcome: { kind: 'handled', handled, note: undefined } };
}

describe('the exit status of a worker', () => {
  it.each([
    [[], 0],
    [[0], 0],
    [[0, 1, 0], 1],
    [[1, 2], 2],
    [[3, 2, 1, 0], 3],
    [[3, 5, 3], 5],
  ] as const)('is the worst of its jobs: %o gives %i', (statuses, status) => {
    const tally = new Tally();
    statuses.forEach((one, n) => tally.add(messageOf(endedTask(`j${n}`, one))));
    expect(tally.status(false)).toBe(status);
    expect(tally.status(true), 'nothing was handed over').toBe(status);
  });

  it('is a failure if it may not change messages in the queue', () => {
    const tally = new Tally();
    tally.add({ ...messageOf(endedTask('j', 0)), denied: new LoaderError('ACCESS_DENIED', 'no sqs:DeleteMessage') });
    expect(tally).toMatchObject({ failures: 1, jobs: { done: 1 } });
    expect(tally.status(false)).toBe(3);
  });

  it('follows from counted jobs, and add returns the summaries of a message', () => {
    const tally = new Tally();
    const first = endedTask('a', 0);
    expect(tally.add(messageOf(first, endedTask('b', 1)))).toMatchObject([first.summary, { exitStatus: 1 }]);
    expect(tally.add({ ...messageOf(), outcome: { kind: 'failed', error: new Error('oops') } })).toEqual([]);
    expect(tally.add({ ...messageOf(), outcome: { kind: 'alien', why: 'the body is not a JSON object' } })).toEqual([]);
    tally.add(messageOf(endedTask('c', 2), endedTask('d', 3)));
    expect(tally).toMatchObject({ messages: 4, failures: 1, jobs: { done: 1, withRejects: 1, failed: 2 } });
    // The failed message returns to the queue and does not affect the status.
    expect(tally.status(false)).toBe(3);
  });

  it.each([
    [[], 4],
    [[1], 4],
    [[2], 2],
    [[3], 3],
  ] as const)(
    'is interrupted if it was stopped and handed a task over, after jobs ended with %o',
    (statuses, status) => {
      const tally = new Tally();
      for (const one of statuses) tally.add(messageOf(endedTask('a', one)));
      tally.add(messageOf(handedOverTask('b')));
      expect(tally.status(true)).toBe(status);
      expect(tally.status(false)).toBe(statuses[0] ?? 0);
    },
  );

  it('is not interrupted if the job that it handed over ended here later', () => {
    const tally = new Tally();
    tally.add(messageOf(handedOverTask('a')));
    tally.add(messageOf(endedTask('a', 0)));
    expect(tally.status(true)).toBe(0);
  });

  it('includes jobs that ended elsewhere after they are added', () => {
    const tally = new Tally();
    tally.add(
      messageOf(handedOverTask('a'), handedOverTask('b'), {
        ...handedOverTask('c'),
        outcome: 'waiting',
        work: undefined,
      }),
    );
    tally.add(messageOf(endedTask('b', 0)));
    expect([...tally.unended]).toEqual(['a']);
    tally.addJob({ job: 'a', exitStatus: 1 });
    expect([...tally.unended]).toEqual([]);
    expect(tally.status(false)).toBe(1);
  });

  it('gets worse if open jobs are given up', () => {
    const tally = new Tally();
    tally.worsen(3);
    tally.add(messageOf(endedTask('a', 1)));
    expect(tally.status(false)).toBe(3);
  });
});
