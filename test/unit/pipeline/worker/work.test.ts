import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { handedOver } from '../../../../src/pipeline/jobs/steps/work.ts';
import type { MessageReport } from '../../../../src/pipeline/jobs/log.ts';
import { work, type WorkOptions } from '../../../../src/pipeline/worker/work.ts';
import { loadFor, memoryPipeline, type MemoryPipeline } from './memory-pipeline.ts';

// Fake timers do not replace these.
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
let reports: MessageReport[];
let lines: string[];
beforeEach(() => {
  vi.useFakeTimers();
  pipeline = memoryPipeline();
  stop = new AbortController();
  reports = [];
  lines = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** Starts a worker. */
function start(options: Partial<WorkOptions> = {}) {
  let hasEnded = false;
  const ended = work(pipeline, {
    tasks: 2,
    untilEmpty: false,
    stop: stop.signal,
    tell: (message) => reports.push(message),
    say: (text) => lines.push(text),
    ...options,
  }).finally(() => (hasEnded = true));
  ended.catch(() => undefined);
  return { ended, hasEnded: () => hasEnded };
}

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);
const busy = new LoaderError('RETRIES_EXHAUSTED', 'the queue is busy');
const denied = new LoaderError('ACCESS_DENIED', 'not allowed');

describe('a worker', () => {
  it.each([1, 2, 5])('never processes or requests more than %i messages', async (tasks) => {
    for (let n = 0; n < 12; n++) pipeline.putObject(`import/${n}.csv`);
    let [running, max] = [0, 0];
    const load = loadFor(5_000);
    pipeline.onLoad = async (leased) => {
      max = Math.max(max, ++running);
      return load(leased).finally(() => running--);
    };
    const { ended } = start({ tasks, untilEmpty: true });
    await pass(120);
    expect(await ended).toEqual([]);
    expect(max).toBe(tasks);
    expect(Math.max(...pipeline.queue.requested)).toBe(tasks);
    expect(Math.min(...pipeline.queue.requested)).toBeGreaterThan(0);
    expect(reports).toHaveLength(12);
    expect(pipeline.published).toHaveLength(12);
  });

  it('that is stopped receives nothing more and hands over its tasks', async () => {
    for (let n = 0; n < 5; n++) pipeline.putObject(`import/${n}.csv`);
    pipeline.onLoad = loadFor(3_600_000);
    const { ended, hasEnded } = start();
    await pass(10);
    expect(hasEnded()).toBe(false);
    stop.abort();
    await pass(2);
    expect(await ended).toEqual([]);
    expect(reports.map(({ outcome }) => outcome)).toMatchObject([
      { handled: [{ outcome: handedOver }] },
      { handled: [{ outcome: handedOver }] },
    ]);
    expect(pipeline.queue.deleted).toHaveLength(2);
    // Three messages that were never received, and two to continue.
    expect(pipeline.queue.messages.map(({ receives }) => receives)).toEqual([0, 0, 0, 0, 0]);
  });

  it('that is stopped while it waits for messages ends at once', async () => {
    const { ended, hasEnded } = start();
    await pass(65);
    expect(hasEnded()).toBe(false);
    stop.abort();
    await pass(0.1);
    expect(await ended).toEqual([]);
    expect(pipeline.queue.requested.length).toBeLessThanOrEqual(4);
  });

  it('that is stopped before it starts receives nothing', async () => {
    pipeline.putObject('import/a.csv');
    stop.abort();
    expect(await start().ended).toEqual([]);
    expect(pipeline.queue.requested).toEqual([]);
  });

  it('with untilEmpty ends when nothing is left', async () => {
    pipeline.putObject('import/a.csv');
    pipeline.onLoad = loadFor(30_000);
    const { ended, hasEnded } = start({ untilEmpty: true });
    await pass(29);
    expect(hasEnded()).toBe(false);
    await pass(10);
    expect(await ended).toEqual([]);
    expect(reports).toHaveLength(1);
  });

  it('with untilEmpty waits for delayed messages', async () => {
    pipeline.queue.put('{"csv2ddb":1,"job":"j","key":"k"}', 60_000);
    const { ended, hasEnded } = start({ untilEmpty: true });
    await pass(55);
    expect(hasEnded()).toBe(false);
    await pass(15);
    expect(await ended).toEqual([]);
    expect(reports).toMatchObject([{ outcome: { handled: [{ outcome: 'the job does not exist' }] } }]);
  });
});

describe('a queue that does not respond', () => {
  it('is retried with backoff', async () => {
    pipeline.queue.receiveErrors.push(busy, new LoaderError('ENDPOINT_UNREACHABLE', 'no response'), busy);
    pipeline.putObject('import/a.csv');
    const { ended } = start();
    await pass(3.5);
    expect(lines).toEqual([
      'the queue is busy; retrying in 1 s',
      'no response; retrying in 2 s',
      'the queue is busy; retrying in 4 s',
    ]);
    expect(reports).toEqual([]);
    await pass(4);
    expect(reports).toHaveLength(1);
    stop.abort();
    // A receive that started while a task was running is not canceled.
    await pass(2.1);
    expect(await ended).toEqual([]);
  });

  it('is not retried after the worker is stopped', async () => {
    pipeline.queue.receiveErrors.push(...Array.from({ length: 5 }, () => busy));
    const { ended } = start();
    await pass(10);
    stop.abort();
    await pass(0);
    expect(await ended).toEqual([]);
  });

  it('is also retried for its depth', async () => {
    pipeline.queue.depthErrors.push(busy);
    const { ended } = start({ untilEmpty: true });
    await pass(12);
    expect(await ended).toEqual([]);
    expect(lines).toEqual(['the queue is busy; retrying in 1 s']);
  });

  it('ends the worker with the error after 15 minutes', async () => {
    pipeline.queue.receiveErrors.push(...Array.from({ length: 100 }, () => busy));
    const { ended, hasEnded } = start();
    await pass(14.5 * 60);
    expect(hasEnded()).toBe(false);
    await pass(60);
    await expect(ended).rejects.toBe(busy);
  });

  it.each([
    ['because of a missing permission', denied],
    ['because of a bug', new TypeError('x is not a function')],
  ])('%s ends the worker after it hands over its tasks', async (_, error) => {
    pipeline.putObject('import/a.csv');
    pipeline.onLoad = loadFor(3_600_000);
    const { ended, hasEnded } = start();
    await pass(5);
    pipeline.queue.receiveErrors.push(error);
    await pass(20);
    expect(hasEnded()).toBe(true);
    await expect(ended).rejects.toBe(error);
    expect(reports).toMatchObject([{ outcome: { handled: [{ outcome: handedOver }] } }]);
    expect(lines).toEqual([]);
  });
});

it('a message that fails is reported, and the others continue', async () => {
  pipeline.putObject('import/a.csv');
  pipeline.putObject('import/b.csv');
  let isFirst = true;
  pipeline.bucket.onPut = () => {
    if (!isFirst) return undefined;
    isFirst = false;
    throw denied;
  };
  const { ended } = start({ tasks: 1, untilEmpty: true });
  await pass(10);
  expect(reports.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'handled']);
  await pass(70);
  expect(reports.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'handled', 'handled']);
  expect(await ended).toEqual([]);
});
