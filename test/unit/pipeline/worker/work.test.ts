import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { handedOver } from '../../../../src/pipeline/jobs/steps/work.ts';
import type { Message } from '../../../../src/pipeline/jobs/log.ts';
import { work, type WorkOptions } from '../../../../src/pipeline/worker/work.ts';
import { loadFor, memoryPipeline, type MemoryPipeline } from './memory-pipeline.ts';

// The timers of a test do not reach these.
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number, value: unknown, { signal }: { readonly signal: AbortSignal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', reject);
      globalThis.setTimeout(() => {
        signal.removeEventListener('abort', reject);
        resolve(value);
      }, ms);
    }),
}));

let pipeline: MemoryPipeline;
let stop: AbortController;
let told: Message[];
let said: string[];
beforeEach(() => {
  vi.useFakeTimers();
  pipeline = memoryPipeline();
  stop = new AbortController();
  told = [];
  said = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** A worker that has begun; what comes of it is looked at when the time has passed. */
function begin(options: Partial<WorkOptions> = {}) {
  let isOver = false;
  const ended = work(pipeline, {
    tasks: 2,
    untilEmpty: false,
    stop: stop.signal,
    tell: (message) => told.push(message),
    say: (text) => said.push(text),
    ...options,
  }).finally(() => (isOver = true));
  ended.catch(() => undefined);
  return { ended, isOver: () => isOver };
}

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);
const busy = new LoaderError('RETRIES_EXHAUSTED', 'the queue is busy');
const denied = new LoaderError('ACCESS_DENIED', 'not allowed');

describe('a worker', () => {
  it.each([1, 2, 5])('has never more than %i messages in hand, and asks for no more', async (tasks) => {
    for (let n = 0; n < 12; n++) pipeline.putObject(`import/${n}.csv`);
    let [inHand, most] = [0, 0];
    const load = loadFor(5_000);
    pipeline.onLoad = async (leased) => {
      most = Math.max(most, ++inHand);
      return load(leased).finally(() => inHand--);
    };
    const { ended } = begin({ tasks, untilEmpty: true });
    await pass(120);
    expect(await ended).toEqual([]);
    expect(most).toBe(tasks);
    expect(Math.max(...pipeline.queue.asked)).toBe(tasks);
    expect(Math.min(...pipeline.queue.asked)).toBeGreaterThan(0);
    expect(told).toHaveLength(12);
    expect(pipeline.published).toHaveLength(12);
  });

  it('that is told to stop takes nothing more, and hands over what it has in hand', async () => {
    for (let n = 0; n < 5; n++) pipeline.putObject(`import/${n}.csv`);
    pipeline.onLoad = loadFor(3_600_000);
    const { ended, isOver } = begin();
    await pass(10);
    expect(isOver()).toBe(false);
    stop.abort();
    await pass(2);
    expect(await ended).toEqual([]);
    expect(told.map(({ outcome }) => outcome)).toMatchObject([
      { handled: [{ outcome: handedOver }] },
      { handled: [{ outcome: handedOver }] },
    ]);
    expect(pipeline.queue.deleted).toHaveLength(2);
    // Three that were never received, and two that go on.
    expect(pipeline.queue.messages.map(({ receives }) => receives)).toEqual([0, 0, 0, 0, 0]);
  });

  it('that is told to stop while it waits for messages ends at once', async () => {
    const { ended, isOver } = begin();
    await pass(65);
    expect(isOver()).toBe(false);
    stop.abort();
    await pass(0.1);
    expect(await ended).toEqual([]);
    expect(pipeline.queue.asked.length).toBeLessThanOrEqual(4);
  });

  it('that is told to stop beforehand takes nothing', async () => {
    pipeline.putObject('import/a.csv');
    stop.abort();
    expect(await begin().ended).toEqual([]);
    expect(pipeline.queue.asked).toEqual([]);
  });

  it('ends when nothing is left, where it is to', async () => {
    pipeline.putObject('import/a.csv');
    pipeline.onLoad = loadFor(30_000);
    const { ended, isOver } = begin({ untilEmpty: true });
    await pass(29);
    expect(isOver()).toBe(false);
    await pass(10);
    expect(await ended).toEqual([]);
    expect(told).toHaveLength(1);
  });

  it('waits for messages that are delayed, or in the hand of others', async () => {
    pipeline.queue.put('{"csv2ddb":1,"job":"j","key":"k"}', 60_000);
    const { ended, isOver } = begin({ untilEmpty: true });
    await pass(55);
    expect(isOver()).toBe(false);
    await pass(15);
    expect(await ended).toEqual([]);
    expect(told).toMatchObject([{ outcome: { handled: [{ outcome: 'there is no such job' }] } }]);
  });
});

describe('a queue that does not answer', () => {
  it('for a while is waited for, each time longer', async () => {
    pipeline.queue.receiveErrors.push(busy, new LoaderError('ENDPOINT_UNREACHABLE', 'nobody there'), busy);
    pipeline.putObject('import/a.csv');
    const { ended } = begin();
    await pass(3.5);
    expect(said).toEqual([
      'the queue is busy; tried again in 1 s',
      'nobody there; tried again in 2 s',
      'the queue is busy; tried again in 4 s',
    ]);
    expect(told).toEqual([]);
    await pass(4);
    expect(told).toHaveLength(1);
    stop.abort();
    // A receive that began while something was in hand is not broken off.
    await pass(2.1);
    expect(await ended).toEqual([]);
  });

  it('is waited for no longer where there is a wish to stop', async () => {
    pipeline.queue.receiveErrors.push(...Array.from({ length: 5 }, () => busy));
    const { ended } = begin();
    await pass(10);
    stop.abort();
    await pass(0);
    expect(await ended).toEqual([]);
  });

  it('how deep it is, is waited for too', async () => {
    pipeline.queue.depthErrors.push(busy);
    const { ended } = begin({ untilEmpty: true });
    await pass(12);
    expect(await ended).toEqual([]);
    expect(said).toEqual(['the queue is busy; tried again in 1 s']);
  });

  it('for a quarter of an hour ends the worker, which says why', async () => {
    pipeline.queue.receiveErrors.push(...Array.from({ length: 100 }, () => busy));
    const { ended, isOver } = begin();
    await pass(14.5 * 60);
    expect(isOver()).toBe(false);
    await pass(60);
    await expect(ended).rejects.toBe(busy);
  });

  it.each([
    ['for want of a permission', denied],
    ['for a bug of ours', new TypeError('x is no function')],
  ])('%s ends the worker, with what is in hand handed over', async (_, error) => {
    pipeline.putObject('import/a.csv');
    pipeline.onLoad = loadFor(3_600_000);
    const { ended, isOver } = begin();
    await pass(5);
    pipeline.queue.receiveErrors.push(error);
    await pass(20);
    expect(isOver()).toBe(true);
    await expect(ended).rejects.toBe(error);
    expect(told).toMatchObject([{ outcome: { handled: [{ outcome: handedOver }] } }]);
    expect(said).toEqual([]);
  });
});

it('a message that cannot be dealt with is told, and the others go on', async () => {
  pipeline.putObject('import/a.csv');
  pipeline.putObject('import/b.csv');
  let isFirst = true;
  pipeline.bucket.onPut = () => {
    if (!isFirst) return undefined;
    isFirst = false;
    throw denied;
  };
  const { ended } = begin({ tasks: 1, untilEmpty: true });
  await pass(10);
  expect(told.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'handled']);
  await pass(70);
  expect(told.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'handled', 'handled']);
  expect(await ended).toEqual([]);
});
