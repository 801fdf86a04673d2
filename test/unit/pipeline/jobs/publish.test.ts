import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { S3Clock } from '../../../../src/pipeline/bucket/s3-clock.ts';
import { Handler } from '../../../../src/pipeline/jobs/handler.ts';
import type { LeaseTerms } from '../../../../src/pipeline/jobs/task-lease.ts';
import { getJobId } from '../../../../src/pipeline/state/identity.ts';
import { fakeCloud } from '../lambda/fake-cloud.ts';

const terms: LeaseTerms = { leaseMs: () => 310_000, stop: new AbortController().signal };
const key = 'import/a.csv';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the end of a job', () => {
  /** Runs a job until it publishes its summary. @param publishMs How long that takes; undefined: forever. */
  async function runUntilPublish(publishMs: number | undefined) {
    let isFirst = true;
    const cloud = fakeCloud({
      clock: new S3Clock(),
      publish: () => {
        if (!isFirst) return Promise.resolve();
        isFirst = false;
        return new Promise((resolve) => publishMs !== undefined && setTimeout(resolve, publishMs));
      },
    });
    const handler = new Handler(cloud.ports);
    const job = getJobId(cloud.putObject(key));
    const first = handler.handleObject(key, terms);
    // Everything but the publication is done now.
    await vi.advanceTimersByTimeAsync(0);
    return { cloud, handler, first, message: { job, key, task: 0 } };
  }

  it('is published once if another loader sees the complete job during the publication', async () => {
    const { cloud, handler, first, message } = await runUntilPublish(2_000);
    const second = await handler.handleTask(message, terms);
    expect(second).toMatchObject({ outcome: 'waiting: another loader publishes the summary', summary: undefined });
    expect(cloud.sent.splice(0)).toEqual([{ message, delayMs: 5_000 }]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await first).toMatchObject({ outcome: 'the job has ended', summary: { state: 'done' } });
    expect(await handler.handleTask(message, terms)).toMatchObject({
      outcome: 'the job has ended',
      summary: undefined,
    });
    expect(cloud.published).toHaveLength(1);
    expect(cloud.sent).toEqual([]);
  });

  it('is published by the next loader if the first one dies', async () => {
    const { cloud, handler, message } = await runUntilPublish(undefined);
    expect(await handler.handleTask(message, terms)).toMatchObject({
      outcome: 'waiting: another loader publishes the summary',
    });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await handler.handleTask(message, terms)).toMatchObject({
      outcome: 'the job has ended',
      summary: { state: 'done' },
    });
    expect(cloud.published).toHaveLength(1);
  });

  it('is counted once if a slow publication makes another loader publish it again', async () => {
    const { cloud, handler, first, message } = await runUntilPublish(10_000);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await handler.handleTask(message, terms)).toMatchObject({ summary: { state: 'done' } });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await first).toMatchObject({ outcome: 'the job has ended', summary: undefined });
    expect(cloud.published).toHaveLength(2);
  });
});
