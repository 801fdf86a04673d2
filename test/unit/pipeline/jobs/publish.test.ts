import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { S3Clock } from '../../../../src/pipeline/bucket/s3-clock.ts';
import { Handler } from '../../../../src/pipeline/jobs/handler.ts';
import type { Terms } from '../../../../src/pipeline/jobs/task-lease.ts';
import { jobIdOf } from '../../../../src/pipeline/state/identity.ts';
import { memoryWorld } from '../lambda/cloud.ts';

const terms: Terms = { leaseMs: () => 310_000, stop: new AbortController().signal };
const key = 'import/a.csv';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the end of a job', () => {
  /** A job whose end is being told of, which takes so many ms; undefined: for ever. */
  async function endingJob(publishMs: number | undefined) {
    let isFirst = true;
    const there = memoryWorld({
      clock: new S3Clock(),
      publish: () => {
        if (!isFirst) return Promise.resolve();
        isFirst = false;
        return new Promise((resolve) => publishMs !== undefined && setTimeout(resolve, publishMs));
      },
    });
    const handler = new Handler(there.world);
    const job = jobIdOf(there.putObject(key));
    const first = handler.put(key, terms);
    // Time for all but telling, which is under way then.
    await vi.advanceTimersByTimeAsync(0);
    return { there, handler, first, message: { job, key, task: 0 } };
  }

  it('is told of once, though another one sees that all is done while it is told of', async () => {
    const { there, handler, first, message } = await endingJob(2_000);
    const second = await handler.goOn(message, terms);
    expect(second).toMatchObject({ outcome: 'waits: somebody tells of the end', summary: undefined });
    expect(there.sent.splice(0)).toEqual([{ message, delayMs: 5_000 }]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await first).toMatchObject({ outcome: 'the job has ended', summary: { state: 'done' } });
    expect(await handler.goOn(message, terms)).toMatchObject({ outcome: 'the job has ended', summary: undefined });
    expect(there.published).toHaveLength(1);
    expect(there.sent).toEqual([]);
  });

  it('is told of by the next one where whoever was to tell of it has died', async () => {
    const { there, handler, message } = await endingJob(undefined);
    expect(await handler.goOn(message, terms)).toMatchObject({ outcome: 'waits: somebody tells of the end' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await handler.goOn(message, terms)).toMatchObject({
      outcome: 'the job has ended',
      summary: { state: 'done' },
    });
    expect(there.published).toHaveLength(1);
  });

  it('that is told of twice, because the first one was slow, is counted once', async () => {
    const { there, handler, first, message } = await endingJob(10_000);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await handler.goOn(message, terms)).toMatchObject({ summary: { state: 'done' } });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await first).toMatchObject({ outcome: 'the job has ended', summary: undefined });
    expect(there.published).toHaveLength(2);
  });
});
