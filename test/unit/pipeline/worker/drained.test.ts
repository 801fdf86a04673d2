import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openName } from '../../../../src/pipeline/bucket/keys.ts';
import { Emptiness } from '../../../../src/pipeline/worker/drained.ts';
import { memoryPipeline, type MemoryPipeline } from './memory-pipeline.ts';

let pipeline: MemoryPipeline;
let emptiness: Emptiness;
beforeEach(() => {
  vi.useFakeTimers();
  pipeline = memoryPipeline();
  emptiness = new Emptiness(pipeline);
});
afterEach(() => {
  vi.useRealTimers();
});

/** A job that has not ended, and that there is no message of. */
async function openJob(job = 'j'): Promise<void> {
  await pipeline.store.make(openName(job), { key: 'import/a.csv' });
}

describe('nothing is left', () => {
  it('where two looks in a row find nothing', async () => {
    expect(await emptiness.look()).toBeUndefined();
    expect(await emptiness.look()).toEqual([]);
  });

  it('where two looks find nothing after something came', async () => {
    await emptiness.look();
    emptiness.reset();
    expect(await emptiness.look()).toBeUndefined();
    expect(await emptiness.look()).toEqual([]);
  });

  it.each([
    ['visible', 0, 0],
    ['delayed', 60_000, 0],
    ['in flight', 60_000, 1],
  ])('not while a message is %s', async (_, delayMs, receives) => {
    await emptiness.look();
    pipeline.queue.put('hello', delayMs);
    for (const message of pipeline.queue.messages) message.receives = receives;
    for (let look = 0; look < 3; look++) expect(await emptiness.look()).toBeUndefined();
    pipeline.queue.messages = [];
    expect(await emptiness.look()).toBeUndefined();
    expect(await emptiness.look()).toEqual([]);
  });
});

describe('jobs that have not ended, though no message is left', () => {
  /** Looks once a second, and takes what messages there are without a word. @returns how many there were, by second */
  async function looksFor(
    seconds: number,
  ): Promise<{ roused: number[]; endedAt: number | undefined; leftOver?: readonly string[] }> {
    const roused: number[] = [];
    for (let second = 0; second < seconds; second++) {
      const leftOver = await emptiness.look();
      if (leftOver !== undefined) return { roused, endedAt: second, leftOver };
      if (pipeline.queue.messages.length > 0) roused.push(second);
      pipeline.queue.messages = [];
      await vi.advanceTimersByTimeAsync(1_000);
    }
    return { roused, endedAt: undefined };
  }

  it('are sent new ones, at most once a minute, and are left over after three', async () => {
    await openJob('j');
    await openJob('k');
    const { roused, endedAt, leftOver } = await looksFor(600);
    expect(roused).toHaveLength(3);
    const [first = 0, second = 0, third = 0] = roused;
    expect(first).toBe(1);
    expect(second - first).toBeGreaterThanOrEqual(60);
    expect(third - second).toBeGreaterThanOrEqual(60);
    expect((endedAt ?? 0) - third).toBeGreaterThanOrEqual(60);
    expect(endedAt).toBeLessThan(200);
    expect(leftOver).toEqual(['j', 'k']);
  });

  it('and end for it leave nothing over', async () => {
    await openJob();
    expect((await looksFor(30)).roused).toHaveLength(1);
    await pipeline.bucket.remove(openName('j'));
    expect((await looksFor(30)).leftOver).toEqual([]);
  });
});
