import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { handedOver } from '../../../../src/pipeline/jobs/steps/work.ts';
import type { ReceivedMessage } from '../../../../src/pipeline/queue/sqs-queue.ts';
import type { MessageReport } from '../../../../src/pipeline/jobs/log.ts';
import { processMessage } from '../../../../src/pipeline/worker/process-message.ts';
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

async function receiveOne(): Promise<ReceivedMessage> {
  const [message] = await pipeline.queue.receive(1, 60_000, 0, never);
  if (message === undefined) throw new Error('the queue is empty');
  return message;
}

/** Processes a message while time passes. */
async function processFor(
  received: ReceivedMessage,
  passMs: number,
  stop: AbortSignal = never,
): Promise<MessageReport> {
  const message = processMessage(pipeline, received, stop);
  await vi.advanceTimersByTimeAsync(passMs);
  return message;
}

describe('a message', () => {
  it('is hidden for a minute every 20 s until it is handled', async () => {
    pipeline.putObject(key);
    pipeline.onLoad = loadFor(65_000);
    const message = await processFor(await receiveOne(), 200_000);
    expect(message).toMatchObject({ id: 'm1', receives: 1, seconds: 65, outcome: { kind: 'handled' } });
    expect(pipeline.queue.hidden).toEqual([
      ['m1', 60_000],
      ['m1', 60_000],
      ['m1', 60_000],
    ]);
    expect(pipeline.queue.deleted).toEqual(['m1']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not received by others while it is processed', async () => {
    pipeline.putObject(key);
    pipeline.onLoad = loadFor(300_000);
    const message = processMessage(pipeline, await receiveOne(), never);
    for (let second = 0; second < 299; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await pipeline.queue.receive(1, 60_000, 0, never)).toEqual([]);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await message).toMatchObject({ outcome: { kind: 'handled' } });
  });

  it('is deleted only after its work is done or queued again', async () => {
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
    const message = await processFor(await receiveOne(), 0, stop.signal);
    expect(message.outcome).toMatchObject({ kind: 'handled', handled: [{ job, outcome: handedOver }] });
    expect(pipeline.queue.deleted).toEqual(['m1']);
  });

  it('is handed over before the 12-hour limit of SQS', async () => {
    pipeline.putObject(key);
    pipeline.onLoad = loadFor(24 * 3_600_000);
    const message = processMessage(pipeline, await receiveOne(), never);
    await vi.advanceTimersByTimeAsync(10.9 * 3_600_000);
    expect(pipeline.queue.deleted).toEqual([]);
    await vi.advanceTimersByTimeAsync(0.2 * 3_600_000);
    expect((await message).outcome).toMatchObject({ handled: [{ outcome: handedOver }] });
    expect(pipeline.queue.deleted).toEqual(['m1']);
    expect(pipeline.queue.messages).toHaveLength(1);
  });

  it.each([
    ['with a code', new LoaderError('RETRIES_EXHAUSTED', 'SlowDown')],
    ['that is a bug', new TypeError('x is not a function')],
  ])('that fails with an error %s returns after a minute', async (_, error) => {
    pipeline.putObject(key);
    pipeline.bucket.onPut = () => {
      throw error;
    };
    expect(await processFor(await receiveOne(), 0)).toMatchObject({ outcome: { kind: 'failed', error } });
    expect(pipeline.queue.hidden).toEqual([['m1', 60_000]]);
    expect(pipeline.queue.deleted).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['and reports the missing permission', 'ACCESS_DENIED', { denied: { message: 'no visibility change' } }],
    ['and ignores other errors', 'RETRIES_EXHAUSTED', {}],
  ] as const)('is handled even if the queue can neither hide nor delete it %s', async (_, code, expected) => {
    pipeline.putObject(key);
    pipeline.onLoad = loadFor(30_000);
    const refuse = (message: string) => () => Promise.reject(new LoaderError(code, message));
    Object.assign(pipeline.queue, { onHide: refuse('no visibility change'), onDelete: refuse('no deletion') });
    const message = await processFor(await receiveOne(), 30_000);
    expect(message).toMatchObject({ outcome: { kind: 'handled' }, ...expected });
    expect(message.denied !== undefined).toBe('denied' in expected);
    expect(pipeline.published).toHaveLength(1);
  });

  it('that needs no work is deleted', async () => {
    pipeline.queue.put(eventOf('import/folder/'));
    expect(await processFor(await receiveOne(), 0)).toMatchObject({ outcome: { kind: 'handled', handled: [] } });
    expect(pipeline.queue.deleted).toEqual(['m1']);
  });
});

it.each([
  [1, 0],
  [9, 0],
  [10, 300_000],
  [500, 300_000],
])('an alien message returns to the queue at receive %i after %i ms', async (receives, ms) => {
  pipeline.queue.put('hello');
  const message = await processFor({ ...(await receiveOne()), receives }, 0);
  expect(message.outcome).toEqual({ kind: 'alien', why: 'the body is not a JSON object' });
  expect(pipeline.queue.hidden).toEqual([['m1', ms]]);
  expect(pipeline.queue.deleted).toEqual([]);
});
