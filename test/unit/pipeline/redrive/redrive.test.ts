import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { jobKey } from '../../../../src/pipeline/bucket/keys.ts';
import { formatMessage, parseMessage } from '../../../../src/pipeline/queue/messages.ts';
import type { JobState } from '../../../../src/pipeline/state/job.ts';
import { resendDeadLetters } from '../../../../src/pipeline/redrive/dead-letters.ts';
import { redriveAll } from '../../../../src/pipeline/redrive/redrive-all.ts';
import { redriveByName } from '../../../../src/pipeline/redrive/redrive-by-name.ts';
import { memoryConnected, type MemoryConnected } from '../status/memory-connected.ts';
import { eventOf, MemoryQueue } from '../worker/memory-pipeline.ts';

const terms = { stop: new AbortController().signal, leaseMs: () => 60_000 };
const why = { code: 'HEADER_INVALID', message: 'no header', hint: null } as const;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 20, 10) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Advances the fake timers until a promise settles. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const ended = work.finally(() => (isDone = true));
  ended.catch(() => undefined);
  while (!isDone) await vi.advanceTimersByTimeAsync(100);
  return ended;
}

/** Puts an object and runs its job, which ends as `kind` says. @returns its job ID */
async function load(connected: MemoryConnected, key: string, kind: 'done' | 'hopeless', etag = '"1"'): Promise<string> {
  const { pipeline } = connected;
  const job = connected.putSilently(key, { etag });
  pipeline.onLoad = ({ task: { work } }) => Promise.resolve(kind === 'done' ? { kind, work } : { kind, work, why });
  await pipeline.handler.handleObject(key, terms);
  return job;
}

const messagesIn = ({ messages }: MemoryQueue) => messages.map(({ body }) => parseMessage(body));
const stateOf = ({ bucket }: MemoryConnected['pipeline'], job: string) => bucket.state(jobKey(job)) as JobState;

describe('dead letters', () => {
  const message = { job: '20261120T100000Z-0', key: 'import/c.csv', task: 3 } as const;

  it('are received, sent and deleted, in this order; foreign ones stay', async () => {
    const [dead, queue] = [new MemoryQueue(), new MemoryQueue()];
    const bodies = [
      eventOf('import/a+b.csv'),
      '{"hello":1}',
      formatMessage(message),
      eventOf('x').replace('"b"', '"other"'),
    ];
    for (const body of bodies) dead.put(body);
    dead.onDelete = () => {
      expect(queue.messages.length).toBe(dead.deleted.length + 1);
      return Promise.resolve();
    };
    const letters = await inTime(resendDeadLetters(dead, queue, 'b'));
    expect(letters).toEqual({ sent: 2, foreign: 2, keys: new Set(['import/a b.csv', 'import/c.csv']) });
    expect(queue.messages.map(({ body }) => body)).toEqual([bodies[0], bodies[2]]);
    expect(dead.messages.map(({ body }) => body)).toEqual([bodies[1], bodies[3]]);
  });

  it('that fail again at once are sent only once', async () => {
    const [dead, queue] = [new MemoryQueue(), new MemoryQueue()];
    for (let at = 0; at < 12; at++) dead.put(formatMessage(message));
    queue.send = (sent) => {
      dead.put(formatMessage(sent));
      return Promise.resolve();
    };
    expect((await inTime(resendDeadLetters(dead, queue, 'b'))).sent).toBe(12);
    expect(dead.messages).toHaveLength(12);
  });

  it('stay in their queue if they cannot be sent', async () => {
    const [dead, queue] = [new MemoryQueue(), new MemoryQueue()];
    dead.put(eventOf('import/a.csv'));
    queue.sendText = () => Promise.reject(new Error('no'));
    await expect(inTime(resendDeadLetters(dead, queue, 'b'))).rejects.toThrow('no');
    expect(dead.messages).toHaveLength(1);
  });
});

describe('a redrive of everything', () => {
  it('retries failed jobs, open jobs and files without a job, and nothing else', async () => {
    const connected = memoryConnected();
    const failed = await load(connected, 'import/failed.csv', 'hopeless');
    const replaced = await load(connected, 'import/again.csv', 'hopeless');
    await load(connected, 'import/again.csv', 'done', '"2"');
    await load(connected, 'import/done.csv', 'done');
    connected.putSilently('import/left.csv');
    connected.putSilently('import/dead.csv');
    connected.deadLetters.put(eventOf('import/dead.csv'));
    connected.pipeline.queue.messages = [];

    const started = await inTime(redriveAll(connected));
    expect(started).toEqual({
      deadLetters: 1,
      foreignDeadLetters: 0,
      open: 0,
      expired: 0,
      failed: [{ job: failed, key: 'import/failed.csv', run: 2 }],
      files: ['import/left.csv'],
    });
    expect(stateOf(connected.pipeline, replaced)).toMatchObject({ run: 1, isPublished: true });
    expect(messagesIn(connected.queue)).toEqual([
      { put: [{ bucket: 'b', key: 'import/dead.csv' }] },
      { job: failed, key: 'import/failed.csv', task: undefined },
      { put: [{ bucket: 'b', key: 'import/left.csv' }] },
    ]);

    // Retried jobs are open until they end.
    expect(await inTime(redriveAll(connected))).toMatchObject({ open: 1, failed: [] });
  });

  it('finds nothing to resume', async () => {
    const connected = memoryConnected();
    await load(connected, 'import/done.csv', 'done');
    const started = await inTime(redriveAll(connected));
    expect(started).toEqual({ deadLetters: 0, foreignDeadLetters: 0, open: 0, failed: [], files: [], expired: 0 });
    expect(connected.queue.messages).toEqual([]);
  });
});

describe('a redrive of one job', () => {
  it('starts another run of a failed job', async () => {
    const connected = memoryConnected();
    const job = await load(connected, 'import/a.csv', 'hopeless');
    expect(await redriveByName(connected, 'a.csv')).toEqual({ job, key: 'import/a.csv', started: 'run', run: 2 });
    expect(stateOf(connected.pipeline, job)).toMatchObject({ run: 2, isPublished: false, stop: null });
    expect(await redriveByName(connected, job)).toEqual({ job, key: 'import/a.csv', started: 'messages', run: 2 });
  });

  it('does nothing for a job that is done', async () => {
    const connected = memoryConnected();
    const job = await load(connected, 'import/a.csv', 'done');
    expect(await redriveByName(connected, job)).toEqual({ job, key: 'import/a.csv', started: 'nothing', run: 1 });
    expect(connected.queue.messages).toEqual([]);
  });

  it('queues a file without a job, and a newer version of a file', async () => {
    const connected = memoryConnected();
    connected.putSilently('import/new file+.csv');
    const sent = { job: null, started: 'file', run: null };
    expect(await redriveByName(connected, 'new file+.csv')).toEqual({ ...sent, key: 'import/new file+.csv' });
    await load(connected, 'import/a.csv', 'done');
    connected.putSilently('import/a.csv', { etag: '"2"' });
    expect(await redriveByName(connected, 'a.csv')).toEqual({ ...sent, key: 'import/a.csv' });
    expect(messagesIn(connected.queue)).toEqual([
      { put: [{ bucket: 'b', key: 'import/new file+.csv' }] },
      { put: [{ bucket: 'b', key: 'import/a.csv' }] },
    ]);
  });
});
