import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { handedOver } from '../../../../src/pipeline/jobs/steps/work.ts';
import type { Received } from '../../../../src/pipeline/queue/sqs-queue.ts';
import type { Message } from '../../../../src/pipeline/jobs/log.ts';
import { takeInHand } from '../../../../src/pipeline/worker/process-message.ts';
import { eventOf, loadFor, memoryPipeline, type MemoryPipeline } from './memory-pipeline.ts';

const key = 'import/a.csv';
const never = new AbortController().signal;

let pipeline: MemoryPipeline;
beforeEach(() => {
  vi.useFakeTimers();
  pipeline = memoryPipeline();
});
afterEach(() => {
  vi.useRealTimers();
});

async function received(): Promise<Received> {
  const [one] = await pipeline.queue.receive(1, 60_000, 0, never);
  if (one === undefined) throw new Error('there is none');
  return one;
}

/** A message is dealt with while the time passes. */
async function taken(one: Received, passMs: number, stop: AbortSignal = never): Promise<Message> {
  const message = takeInHand(pipeline, one, stop);
  await vi.advanceTimersByTimeAsync(passMs);
  return message;
}

describe('a message in hand', () => {
  it('is hidden for a minute each 20 s, and no more once it is done', async () => {
    pipeline.putObject(key);
    pipeline.onLoad = loadFor(65_000);
    const message = await taken(await received(), 200_000);
    expect(message).toMatchObject({ id: 'm1', receives: 1, seconds: 65, outcome: { kind: 'handled' } });
    expect(pipeline.queue.hidden).toEqual([
      ['m1', 60_000],
      ['m1', 60_000],
      ['m1', 60_000],
    ]);
    expect(pipeline.queue.deleted).toEqual(['m1']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is received by nobody else meanwhile', async () => {
    pipeline.putObject(key);
    pipeline.onLoad = loadFor(300_000);
    const message = takeInHand(pipeline, await received(), never);
    for (let second = 0; second < 299; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await pipeline.queue.receive(1, 60_000, 0, never)).toEqual([]);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await message).toMatchObject({ outcome: { kind: 'handled' } });
  });

  it('is deleted only when all that it asks for is done, or on its way anew', async () => {
    const job = pipeline.putObject(key);
    const stop = new AbortController();
    pipeline.onLoad = async ({ task: { work } }) => {
      expect(pipeline.queue.deleted).toEqual([]);
      stop.abort();
      return Promise.resolve({ kind: 'stopped', work });
    };
    pipeline.queue.onDelete = () => {
      expect(pipeline.queue.messages.map(({ body }) => body)).toContain(JSON.stringify({ csv2ddb: 1, job, key }));
      return Promise.resolve();
    };
    const message = await taken(await received(), 0, stop.signal);
    expect(message.outcome).toMatchObject({ kind: 'handled', handled: [{ job, outcome: handedOver }] });
    expect(pipeline.queue.deleted).toEqual(['m1']);
  });

  it('is handed over before SQS shows it to others: after 12 hours it would', async () => {
    pipeline.putObject(key);
    pipeline.onLoad = loadFor(24 * 3_600_000);
    const message = takeInHand(pipeline, await received(), never);
    await vi.advanceTimersByTimeAsync(10.9 * 3_600_000);
    expect(pipeline.queue.deleted).toEqual([]);
    await vi.advanceTimersByTimeAsync(0.2 * 3_600_000);
    expect((await message).outcome).toMatchObject({ handled: [{ outcome: handedOver }] });
    expect(pipeline.queue.deleted).toEqual(['m1']);
    expect(pipeline.queue.messages).toHaveLength(1);
  });

  it.each([
    ['of a code', new LoaderError('RETRIES_EXHAUSTED', 'SlowDown')],
    ['of ours', new TypeError('x is no function')],
  ])('that cannot be dealt with for an error %s comes back after a minute', async (_, error) => {
    pipeline.putObject(key);
    pipeline.bucket.onPut = () => {
      throw error;
    };
    expect(await taken(await received(), 0)).toMatchObject({ outcome: { kind: 'failed', error } });
    expect(pipeline.queue.hidden).toEqual([['m1', 60_000]]);
    expect(pipeline.queue.deleted).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['and says what it is not allowed to do', 'ACCESS_DENIED', { denied: { message: 'no hiding' } }],
    ['and nothing of what only takes time', 'RETRIES_EXHAUSTED', {}],
  ] as const)('is dealt with though the queue neither hides nor deletes it, %s', async (_, code, told) => {
    pipeline.putObject(key);
    pipeline.onLoad = loadFor(30_000);
    const refuse = (what: string) => () => Promise.reject(new LoaderError(code, what));
    Object.assign(pipeline.queue, { onHide: refuse('no hiding'), onDelete: refuse('no deleting') });
    const message = await taken(await received(), 30_000);
    expect(message).toMatchObject({ outcome: { kind: 'handled' }, ...told });
    expect(message.denied !== undefined).toBe('denied' in told);
    expect(pipeline.published).toHaveLength(1);
  });

  it('that asks for nothing is deleted', async () => {
    pipeline.queue.put(eventOf('import/folder/'));
    expect(await taken(await received(), 0)).toMatchObject({ outcome: { kind: 'handled', handled: [] } });
    expect(pipeline.queue.deleted).toEqual(['m1']);
  });
});

it.each([
  [1, 0],
  [9, 0],
  [10, 300_000],
  [500, 300_000],
])('a message that is none of ours is given back: receive %i, after %i ms', async (receives, ms) => {
  pipeline.queue.put('hello');
  const message = await taken({ ...(await received()), receives }, 0);
  expect(message.outcome).toEqual({ kind: 'alien', why: 'it is no JSON object' });
  expect(pipeline.queue.hidden).toEqual([['m1', ms]]);
  expect(pipeline.queue.deleted).toEqual([]);
});
