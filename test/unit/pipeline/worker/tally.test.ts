import { describe, expect, it } from 'vitest';
import { LoaderError, type ExitStatus } from '../../../../src/errors.ts';
import type { Handled } from '../../../../src/pipeline/jobs/handler.ts';
import { handedOver } from '../../../../src/pipeline/jobs/steps/work.ts';
import { summaryOf, type JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import { newJob } from '../../../../src/pipeline/state/job.ts';
import { emptyPart } from '../../../../src/pipeline/state/totals.ts';
import type { Message } from '../../../../src/pipeline/jobs/log.ts';
import { Tally } from '../../../../src/pipeline/worker/tally.ts';
import { settingsFor } from '../jobs/memory-world.ts';

const object = { bucket: 'b', key: 'import/a.csv', versionId: null, etag: '"1"', lastModifiedMs: 0, sizeBytes: 7 };

function ended(job: string, exitStatus: ExitStatus): Handled {
  const summary: JobSummary = { ...summaryOf(newJob(job, object, settingsFor(), 0), 'people', 0), exitStatus };
  return { job, task: 0, outcome: 'the job has ended', work: emptyPart, summary };
}

function handed(job: string): Handled {
  return { job, task: 0, outcome: handedOver, work: emptyPart, summary: undefined };
}

function messageOf(...handled: Handled[]): Message {
  return { id: 'm', receives: 1, seconds: 0, outcome: { kind: 'handled', handled, note: undefined } };
}

describe('what a worker has come to', () => {
  it.each([
    [[], 0],
    [[0], 0],
    [[0, 1, 0], 1],
    [[1, 2], 2],
    [[3, 2, 1, 0], 3],
    [[3, 5, 3], 5],
  ] as const)('is the worst of its jobs: %o end with %i', (statuses, status) => {
    const tally = new Tally();
    statuses.forEach((one, n) => tally.add(messageOf(ended(`j${n}`, one))));
    expect(tally.status(false)).toBe(status);
    expect(tally.status(true), 'nothing was handed over').toBe(status);
  });

  it('is a failure where it may not do with messages what it has to, though its jobs are done', () => {
    const tally = new Tally();
    tally.add({ ...messageOf(ended('j', 0)), denied: new LoaderError('ACCESS_DENIED', 'no sqs:DeleteMessage') });
    expect(tally).toMatchObject({ failures: 1, jobs: { done: 1 } });
    expect(tally.status(false)).toBe(3);
  });

  it('counts messages and jobs, and gives the summaries of each message', () => {
    const tally = new Tally();
    const first = ended('a', 0);
    expect(tally.add(messageOf(first, ended('b', 1)))).toMatchObject([first.summary, { exitStatus: 1 }]);
    expect(tally.add({ ...messageOf(), outcome: { kind: 'failed', error: new Error('oops') } })).toEqual([]);
    expect(tally.add({ ...messageOf(), outcome: { kind: 'alien', why: 'it is no JSON object' } })).toEqual([]);
    tally.add(messageOf(ended('c', 2), ended('d', 3)));
    expect(tally).toMatchObject({ messages: 4, failures: 1, jobs: { done: 1, withRejects: 1, failed: 2 } });
    // A message that could not be dealt with comes back: it ends nothing.
    expect(tally.status(false)).toBe(3);
  });

  it.each([
    [[], 4],
    [[1], 4],
    [[2], 2],
    [[3], 3],
  ] as const)(
    'is interrupted where it was told to stop and handed something over, and jobs end with %o',
    (statuses, status) => {
      const tally = new Tally();
      for (const one of statuses) tally.add(messageOf(ended('a', one)));
      tally.add(messageOf(handed('b')));
      expect(tally.status(true)).toBe(status);
      expect(tally.status(false)).toBe(statuses[0] ?? 0);
    },
  );

  it('is not interrupted where what was handed over came back and ended here', () => {
    const tally = new Tally();
    tally.add(messageOf(handed('a')));
    tally.add(messageOf(ended('a', 0)));
    expect(tally.status(true)).toBe(0);
  });

  it('knows the jobs that it has loaded of, and that have not ended here', () => {
    const tally = new Tally();
    tally.add(messageOf(handed('a'), handed('b'), { ...handed('c'), outcome: 'waits', work: undefined }));
    tally.add(messageOf(ended('b', 0)));
    expect([...tally.unended]).toEqual(['a']);
    tally.addJob({ job: 'a', exitStatus: 1 });
    expect([...tally.unended]).toEqual([]);
    expect(tally.status(false)).toBe(1);
  });

  it('is worse for what is left over', () => {
    const tally = new Tally();
    tally.worsen(3);
    tally.add(messageOf(ended('a', 1)));
    expect(tally.status(false)).toBe(3);
  });
});
