import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openJobKey } from '../../../../src/pipeline/bucket/keys.ts';
import { DrainCheck } from '../../../../src/pipeline/worker/drained.ts';
import { memoryPipeline, type MemoryPipeline } from './memory-pipeline.ts';

let pipeline: MemoryPipeline;
let drainCheck: DrainCheck;
beforeEach(() => {
  vi.useFakeTimers();
  pipeline = memoryPipeline();
  drainCheck = new DrainCheck(pipeline);
});
afterEach(() => {
  vi.useRealTimers();
});

/** Adds an open job without a message. */
async function addOpenJob(job = 'j'): Promise<void> {
  await pipeline.store.create(openJobKey(job), { key: 'import/a.csv' });
}

describe('a pipeline', () => {
  it('is drained after two consecutive checks find nothing', async () => {
    expect(await drainCheck.check()).toBeUndefined();
    expect(await drainCheck.check()).toEqual([]);
  });

  it('is drained after two checks find nothing since the last message', async () => {
    await drainCheck.check();
    drainCheck.reset();
    expect(await drainCheck.check()).toBeUndefined();
    expect(await drainCheck.check()).toEqual([]);
  });

  it.each([
    ['visible', 0, 0],
    ['delayed', 60_000, 0],
    ['in flight', 60_000, 1],
  ])('is not drained while a message is %s', async (_, delayMs, receives) => {
    await drainCheck.check();
    pipeline.queue.put('hello', delayMs);
    for (const message of pipeline.queue.messages) message.receives = receives;
    for (let check = 0; check < 3; check++) expect(await drainCheck.check()).toBeUndefined();
    pipeline.queue.messages = [];
    expect(await drainCheck.check()).toBeUndefined();
    expect(await drainCheck.check()).toEqual([]);
  });
});

describe('open jobs without messages', () => {
  /** Checks once a second, and drops all messages. @returns the seconds in which messages were sent. */
  async function checkFor(
    seconds: number,
  ): Promise<{ resent: number[]; endedAt: number | undefined; givenUp?: readonly string[] }> {
    const resent: number[] = [];
    for (let second = 0; second < seconds; second++) {
      const givenUp = await drainCheck.check();
      if (givenUp !== undefined) return { resent, endedAt: second, givenUp };
      if (pipeline.queue.messages.length > 0) resent.push(second);
      pipeline.queue.messages = [];
      await vi.advanceTimersByTimeAsync(1_000);
    }
    return { resent, endedAt: undefined };
  }

  it('get new messages at most once a minute, and are given up after three', async () => {
    await addOpenJob('j');
    await addOpenJob('k');
    const { resent, endedAt, givenUp } = await checkFor(600);
    expect(resent).toHaveLength(3);
    const [first = 0, second = 0, third = 0] = resent;
    expect(first).toBe(1);
    expect(second - first).toBeGreaterThanOrEqual(60);
    expect(third - second).toBeGreaterThanOrEqual(60);
    expect((endedAt ?? 0) - third).toBeGreaterThanOrEqual(60);
    expect(endedAt).toBeLessThan(200);
    expect(givenUp).toEqual(['j', 'k']);
  });

  it('are not given up if they end after new messages', async () => {
    await addOpenJob();
    expect((await checkFor(30)).resent).toHaveLength(1);
    await pipeline.bucket.remove(openJobKey('j'));
    expect((await checkFor(30)).givenUp).toEqual([]);
  });
});
