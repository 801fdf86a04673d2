import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { S3Clock } from '../../../../src/pipeline/bucket/s3-clock.ts';
import { taskName } from '../../../../src/pipeline/bucket/keys.ts';
import { Handler } from '../../../../src/pipeline/jobs/handler.ts';
import { messageOf } from '../../../../src/pipeline/queue/messages.ts';
import { requestTimeoutMs } from '../../../../src/pipeline/jobs/task-lease.ts';
import { jobIdOf } from '../../../../src/pipeline/state/identity.ts';
import type { TaskState } from '../../../../src/pipeline/state/task.ts';
import type { Ended, LeasedTask } from '../../../../src/pipeline/jobs/ports.ts';
import { invoke, type SqsAnswer, type SqsEvent } from '../../../../src/pipeline/lambda/invocation.ts';
import type { PipelineSettings } from '../../../../src/pipeline/jobs/open-loader.ts';
import { loadedWhole, memoryWorld, type MemoryWorld, type MemoryWorldOptions } from './cloud.ts';

const key = 'import/a.csv';
const settings: PipelineSettings = {
  aws: { endpointUrl: undefined, region: 'us-east-1', profile: undefined },
  bucket: 'b',
  bucketOwner: undefined,
  queueUrl: 'http://127.0.0.1:1/queue',
  table: 'people',
  notify: undefined,
};

interface Fake {
  readonly there: MemoryWorld;
  /** What was hidden: of which message, at what time since the call began, for how long. */
  readonly hidden: readonly { readonly receipt: string; readonly atMs: number; readonly ms: number }[];
  readonly printed: Record<string, unknown>[];
  /** Calls the function, which has so many ms, with messages. */
  readonly call: (ms: number, ...bodies: readonly string[]) => Promise<SqsAnswer>;
}

/** A function whose time is that of the fake timers, and whose edges are in memory. */
function fake(options: Omit<MemoryWorldOptions, 'clock'> = {}, hide?: () => Promise<void>): Fake {
  const clock = new S3Clock();
  const there = memoryWorld({ clock, ...options });
  const hidden: { receipt: string; atMs: number; ms: number }[] = [];
  const printed: Record<string, unknown>[] = [];
  let beganMs = Date.now();
  const none = () => Promise.reject(new Error('a function does not ask the queue for that'));
  const pipeline: Parameters<typeof invoke>[0] = {
    settings,
    clock,
    handler: new Handler(there.world),
    queue: {
      ...{ receive: none, delete: none, depth: none, visibilityMs: none, sendText: none },
      send: (message, delayMs) => there.world.queue.send(message, delayMs),
      hide: (receipt, ms) => {
        hidden.push({ receipt, atMs: Date.now() - beganMs, ms });
        return hide?.() ?? Promise.resolve();
      },
    },
  };
  return {
    there,
    hidden,
    printed,
    call(ms, ...bodies) {
      beganMs = Date.now();
      const deadlineMs = beganMs + ms;
      const Records = bodies.map((body, index) => ({
        messageId: `m${index}`,
        receiptHandle: `r${index}`,
        body,
        attributes: { ApproximateReceiveCount: '1' },
      }));
      const context = { getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()) };
      return invoke(pipeline, { Records } satisfies SqsEvent, context, (line) => {
        printed.push(...line.split('\n').map((one) => JSON.parse(one) as Record<string, unknown>));
      });
    },
  };
}

const put = (name: string, bucket = 'b'): string =>
  JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(name) } },
      },
    ],
  });

const taskIn = ({ state }: MemoryWorld, id: string): TaskState =>
  (JSON.parse(state.get(taskName(id, 0))?.body ?? '') as { state: TaskState }).state;

/** Works until it is told to stop, and has then something in flight for a while. */
const until =
  (noted: { stoppedMs?: number }, inFlightMs = 0) =>
  async ({ stop, task }: LeasedTask): Promise<Ended> => {
    const beganMs = Date.now();
    await new Promise<void>((resolve) => {
      stop.addEventListener('abort', () => {
        resolve();
      });
    });
    noted.stoppedMs = Date.now() - beganMs;
    if (inFlightMs > 0) await new Promise((resolve) => setTimeout(resolve, inFlightMs));
    return { kind: 'stopped', work: task.work };
  };

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
});

afterEach(() => {
  // A function that is frozen with a timer would find it due when it is thawed for another call.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('a function', () => {
  it.each([
    { name: '15 min', ms: 900_000, stopsAfterMs: 885_000 },
    { name: '300 s', ms: 300_000, stopsAfterMs: 285_000 },
    { name: '60 s', ms: 60_000, stopsAfterMs: 45_000 },
    // One that has no room for that works for three fifths of its time.
    { name: '30 s', ms: 30_000, stopsAfterMs: 18_000 },
    { name: '5 s', ms: 5_000, stopsAfterMs: 3_000 },
  ])(
    'of $name stops before its end, with room for the requests in flight, and hands over',
    async ({ ms, stopsAfterMs }) => {
      const noted: { stoppedMs?: number } = {};
      const { there, printed, call } = fake({ load: until(noted) });
      const id = jobIdOf(there.putObject(key));
      const answer = call(ms, put(key));
      await vi.advanceTimersByTimeAsync(stopsAfterMs - 1);
      expect(noted.stoppedMs).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      expect(await answer).toEqual({ batchItemFailures: [] });
      expect(noted.stoppedMs).toBe(stopsAfterMs);
      if (ms > 2.5 * 15_000) expect(ms - stopsAfterMs).toBeGreaterThanOrEqual(requestTimeoutMs);
      expect(there.sent).toEqual([{ message: { job: id, key, task: undefined }, delayMs: 0 }]);
      expect(taskIn(there, id)).toMatchObject({ lease: null, failedStarts: 0 });
      expect(printed).toMatchObject([{ tasks: [{ outcome: 'handed over' }] }, { RecordsRead: 0, JobsDone: 0 }]);
    },
  );

  it('returns only when nothing is in flight any more', async () => {
    const noted: { stoppedMs?: number } = {};
    const { there, call } = fake({ load: until(noted, 9_000) });
    there.putObject(key);
    let isOver = false;
    const answer = call(300_000, put(key)).finally(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(285_000 + 8_999);
    expect({ isOver, sent: there.sent.length }).toEqual({ isOver: false, sent: 0 });
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toEqual({ batchItemFailures: [] });
    expect(there.sent).toHaveLength(1);
  });

  it.each([300_000, 5_000])('of %i ms takes a lease that lasts a request longer than its own time', async (ms) => {
    const leases: (number | undefined)[] = [];
    const made = fake({
      load: async (leased) => {
        leases.push(taskIn(made.there, leased.job.id).lease?.durationMs);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await leased.renew(leased.task.work);
        leases.push(taskIn(made.there, leased.job.id).lease?.durationMs);
        return loadedWhole(leased);
      },
    });
    made.there.putObject(key);
    const answer = made.call(ms, put(key));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await answer).toEqual({ batchItemFailures: [] });
    expect(leases).toEqual([ms + requestTimeoutMs, ms - 1_000 + requestTimeoutMs]);
  });

  it('that has no time left hands over at once', async () => {
    const noted: { stoppedMs?: number } = {};
    const { there, call } = fake({ load: until(noted) });
    const id = jobIdOf(there.putObject(key));
    const answer = call(0, put(key));
    await vi.advanceTimersByTimeAsync(0);
    expect(await answer).toEqual({ batchItemFailures: [] });
    expect(noted, 'nothing is begun').toEqual({});
    expect(there.sent).toEqual([{ message: { job: id, key, task: undefined }, delayMs: 0 }]);
  });
});

describe('a message', () => {
  it('is first of all hidden for the time of the function and 30 s, and not touched again when it is done with', async () => {
    const { there, hidden, call } = fake();
    there.putObject(key);
    expect(await call(300_000, put(key))).toEqual({ batchItemFailures: [] });
    expect(hidden).toEqual([{ receipt: 'r0', atMs: 0, ms: 330_000 }]);
  });

  it.each([
    ['no JSON', 'hello'],
    ['of another program', '{"type":"order"}'],
    ['of another version of csv2ddb', '{"csv2ddb":2,"job":"j","key":"k"}'],
    ['about another bucket', put(key, 'other')],
  ])('that is %s is given back at once, as one that failed', async (_, body) => {
    const { hidden, printed, call } = fake();
    expect(await call(300_000, body)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(hidden.map(({ ms }) => ms)).toEqual([330_000, 0]);
    expect(printed).toMatchObject([{ level: 'warn', message: 'm0', outcome: 'none of ours, given back' }]);
  });

  it('that cannot be dealt with now is reported, told of, and hidden for 60 s', async () => {
    const before = () => {
      throw new LoaderError('ACCESS_DENIED', 'S3 says no', { hint: 'Ask.' });
    };
    const { there, hidden, printed, call } = fake({ before });
    there.putObject(key);
    expect(await call(300_000, put(key))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(hidden.map(({ ms }) => ms)).toEqual([330_000, 60_000]);
    const error = { code: 'ACCESS_DENIED', message: 'S3 says no', hint: 'Ask.' };
    expect(printed).toMatchObject([{ level: 'error', message: 'm0', outcome: 'failed, comes back', error }]);
  });

  it('that cannot be hidden is dealt with all the same', async () => {
    const { there, printed, call } = fake({}, () => Promise.reject(new Error('SQS is away')));
    there.putObject(key);
    expect(await call(300_000, put(key), 'hello')).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect(there.published).toMatchObject([{ state: 'done' }]);
    expect(printed.filter(({ message }) => message !== undefined)).toHaveLength(2);
  });

  it('that fails leaves its neighbours alone: they are done, or handed over, and not reported', async () => {
    const noted: { stoppedMs?: number } = {};
    const { there, hidden, call } = fake({
      before: (_, name) => {
        if (name === 'import/denied.csv') throw new Error('no answer');
      },
      load: (leased) =>
        leased.job.object.key === 'import/slow.csv' ? until(noted)(leased) : Promise.resolve(loadedWhole(leased)),
    });
    for (const name of ['import/denied.csv', 'import/slow.csv', key]) there.putObject(name);
    const answer = call(300_000, put('import/slow.csv'), 'hello', put('import/denied.csv'), put(key));
    await vi.advanceTimersByTimeAsync(285_000);
    expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }] });
    const timesOf = (receipt: string) => hidden.filter((one) => one.receipt === receipt).map(({ ms }) => ms);
    expect(['r0', 'r1', 'r2', 'r3'].map(timesOf)).toEqual([[330_000], [330_000, 0], [330_000, 60_000], [330_000]]);
    // Given back at once, not when the slowest neighbour has come to its end.
    expect(hidden.filter(({ ms }) => ms < 330_000).map(({ atMs }) => atMs)).toEqual([0, 0]);
    expect(there.published).toMatchObject([{ key, state: 'done' }]);
    expect(there.sent).toMatchObject([{ message: { key: 'import/slow.csv', task: undefined }, delayMs: 0 }]);
  });

  it('whose load fails in a way that may pass is sent anew for a minute later, and is done with', async () => {
    const why = { code: 'ACCESS_DENIED', message: 'DynamoDB says no', hint: null } as const;
    const { there, hidden, call } = fake({
      load: ({ task }) => Promise.resolve({ kind: 'failed', why, work: task.work }),
    });
    const id = jobIdOf(there.putObject(key));
    expect(await call(300_000, put(key))).toEqual({ batchItemFailures: [] });
    expect(hidden).toHaveLength(1);
    expect(there.sent).toEqual([{ message: { job: id, key, task: undefined }, delayMs: 60_000 }]);
    expect(taskIn(there, id)).toMatchObject({ lease: null, failedStarts: 1, lastFailure: why });
  });

  it('that comes twice in a batch is loaded once, and the other waits for the lease', async () => {
    const load = vi.fn(async (leased: LeasedTask) => {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return loadedWhole(leased);
    });
    const { there, call } = fake({ load });
    const id = jobIdOf(there.putObject(key));
    const answer = call(300_000, put(key), put(key));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await answer).toEqual({ batchItemFailures: [] });
    expect(load).toHaveBeenCalledTimes(1);
    expect(there.published).toHaveLength(1);
    // The lease, and the second to which S3 rounds.
    expect(there.sent).toEqual([{ message: { job: id, key, task: undefined }, delayMs: 311_000 }]);
  });

  it.each<[string, (id: string) => string]>([
    ['an event', () => put(key)],
    ['one that goes on', (job) => messageOf({ job, key, task: 0 })],
    ['one of its beginning', (job) => messageOf({ job, key, task: undefined })],
    ['one about a range that it never had', (job) => messageOf({ job, key, task: 7 })],
    ['one that is to cut it', (job) => messageOf({ job, key, task: 'cut' })],
  ])('of a job that has ended changes nothing: %s', async (_, bodyOf) => {
    const load = vi.fn((leased: LeasedTask) => Promise.resolve(loadedWhole(leased)));
    const { there, printed, call } = fake({ load });
    const id = jobIdOf(there.putObject(key));
    await call(300_000, put(key));
    const state = new Map(there.state);
    printed.splice(0);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await call(300_000, bodyOf(id))).toEqual({ batchItemFailures: [] });
    expect(new Map(there.state)).toEqual(state);
    expect(load).toHaveBeenCalledTimes(1);
    expect(there.published).toHaveLength(1);
    expect(there.sent).toEqual([]);
    expect(printed).toMatchObject([{ level: 'info', tasks: [{ job: id, outcome: 'the job has ended' }] }]);
  });

  it('of an object that is gone before its event came is done with', async () => {
    const { there, printed, call } = fake();
    expect(await call(300_000, put(key))).toEqual({ batchItemFailures: [] });
    expect(there.state.size).toBe(0);
    expect(printed).toMatchObject([{ tasks: [{ outcome: 'there is no such object' }] }]);
  });

  it.each([
    ['a test event', JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' })],
    ['an object of our own', put('state/heads/x')],
    ['a folder', put('import/folder/')],
  ])('that asks for nothing is done with, and told of: %s', async (_, body) => {
    const { there, printed, call } = fake();
    expect(await call(300_000, body)).toEqual({ batchItemFailures: [] });
    expect(there.state.size).toBe(0);
    expect(printed).toMatchObject([{ level: 'info', outcome: expect.any(String) as string }]);
  });
});

describe('a function that was thawed', () => {
  it('waits for the lease of one that died, and goes on when it is over', async () => {
    let dies = true;
    const { there, call } = fake({
      load: (leased) => {
        if (!dies) return Promise.resolve(loadedWhole(leased));
        dies = false;
        // The process is gone: nothing ever comes of it.
        return new Promise<never>(() => undefined);
      },
    });
    const id = jobIdOf(there.putObject(key));
    void call(5_000, put(key));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await call(5_000, put(key))).toEqual({ batchItemFailures: [] });
    // Of 5 s, 10 s for a request, and a second for rounding, 5 s are over.
    expect(there.sent.splice(0)).toEqual([{ message: { job: id, key, task: undefined }, delayMs: 11_000 }]);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(await call(5_000, messageOf({ job: id, key, task: 0 }))).toEqual({ batchItemFailures: [] });
    expect(there.published).toMatchObject([{ job: id, state: 'done', read: 10 }]);
  });
});
