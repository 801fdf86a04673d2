import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { S3Clock } from '../../../../src/pipeline/bucket/s3-clock.ts';
import { taskKey } from '../../../../src/pipeline/bucket/keys.ts';
import { Handler } from '../../../../src/pipeline/jobs/handler.ts';
import { formatMessage } from '../../../../src/pipeline/queue/messages.ts';
import { requestTimeoutMs } from '../../../../src/load/limits.ts';
import { getJobId } from '../../../../src/pipeline/state/identity.ts';
import type { TaskState } from '../../../../src/pipeline/state/task.ts';
import type { TaskResult, LeasedTask } from '../../../../src/pipeline/jobs/ports.ts';
import { invoke, type SqsBatchResponse, type SqsEvent } from '../../../../src/pipeline/lambda/invocation.ts';
import type { PipelineSettings } from '../../../../src/pipeline/jobs/open-loader.ts';
import { completeLoad, fakeCloud, type FakeCloud, type FakeCloudOptions } from './fake-cloud.ts';

const key = 'import/a.csv';
const settings: PipelineSettings = {
  aws: { endpointUrl: undefined, region: 'us-east-1', profile: undefined },
  bucket: 'b',
  bucketOwner: undefined,
  queueUrl: 'http://127.0.0.1:1/queue',
  table: 'people',
  notify: undefined,
};

interface FakeFunction {
  readonly cloud: FakeCloud;
  /** Visibility changes: message, time since the start of the call, and duration. */
  readonly hidden: readonly { readonly receipt: string; readonly atMs: number; readonly ms: number }[];
  readonly printed: Record<string, unknown>[];
  /** Calls the function with a timeout in ms and messages. */
  readonly call: (ms: number, ...bodies: readonly string[]) => Promise<SqsBatchResponse>;
}

/** Creates a function in memory that runs on fake timers. */
function fakeFunction(options: Omit<FakeCloudOptions, 'clock'> = {}, hide?: () => Promise<void>): FakeFunction {
  const clock = new S3Clock();
  const cloud = fakeCloud({ clock, ...options });
  const hidden: { receipt: string; atMs: number; ms: number }[] = [];
  const printed: Record<string, unknown>[] = [];
  let startMs = Date.now();
  const unexpected = () => Promise.reject(new Error('unexpected call of the queue'));
  const pipeline: Parameters<typeof invoke>[0] = {
    settings,
    clock,
    handler: new Handler(cloud.ports),
    queue: {
      receive: unexpected,
      delete: unexpected,
      depth: unexpected,
      visibilityMs: unexpected,
      sendText: unexpected,
      send: (message, delayMs) => cloud.ports.queue.send(message, delayMs),
      setVisibility: (receipt, ms) => {
        hidden.push({ receipt, atMs: Date.now() - startMs, ms });
        return hide?.() ?? Promise.resolve();
      },
    },
  };
  return {
    cloud,
    hidden,
    printed,
    call(ms, ...bodies) {
      startMs = Date.now();
      const deadlineMs = startMs + ms;
      const Records = bodies.map((body, index) => ({
        messageId: `m${index}`,
        receiptHandle: `r${index}`,
        body,
        attributes: { ApproximateReceiveCount: '1' },
      }));
      const context = { getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()) };
      return invoke(pipeline, { Records } satisfies SqsEvent, context, (line) => {
        printed.push(...line.split('\n').map((text) => JSON.parse(text) as Record<string, unknown>));
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

const taskIn = ({ state }: FakeCloud, id: string): TaskState =>
  (JSON.parse(state.get(taskKey(id, 0))?.body ?? '') as { state: TaskState }).state;

/** Loads until it is stopped, then waits for its requests in flight. */
const loadUntilStopped =
  (noted: { stoppedMs?: number }, inFlightMs = 0) =>
  async ({ stop, task }: LeasedTask): Promise<TaskResult> => {
    const startMs = Date.now();
    await new Promise<void>((resolve) => {
      stop.addEventListener('abort', () => {
        resolve();
      });
    });
    noted.stoppedMs = Date.now() - startMs;
    if (inFlightMs > 0) await new Promise((resolve) => setTimeout(resolve, inFlightMs));
    return { kind: 'stopped', work: task.work };
  };

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
});

afterEach(() => {
  // A timer that survives the call would fire during the next one.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('a function', () => {
  it.each([
    { name: '15 min', ms: 900_000, stopsAfterMs: 885_000 },
    { name: '300 s', ms: 300_000, stopsAfterMs: 285_000 },
    { name: '60 s', ms: 60_000, stopsAfterMs: 45_000 },
    // A shorter function works for three fifths of its time.
    { name: '30 s', ms: 30_000, stopsAfterMs: 18_000 },
    { name: '5 s', ms: 5_000, stopsAfterMs: 3_000 },
  ])(
    'with a timeout of $name stops early enough to finish its requests and hand over',
    async ({ ms, stopsAfterMs }) => {
      const noted: { stoppedMs?: number } = {};
      const { cloud, printed, call } = fakeFunction({ load: loadUntilStopped(noted) });
      const id = getJobId(cloud.putObject(key));
      const answer = call(ms, put(key));
      await vi.advanceTimersByTimeAsync(stopsAfterMs - 1);
      expect(noted.stoppedMs).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      expect(await answer).toEqual({ batchItemFailures: [] });
      expect(noted.stoppedMs).toBe(stopsAfterMs);
      if (ms > 2.5 * 15_000) expect(ms - stopsAfterMs).toBeGreaterThanOrEqual(requestTimeoutMs);
      expect(cloud.sent).toEqual([{ message: { job: id, key, task: undefined }, delayMs: 0 }]);
      expect(taskIn(cloud, id)).toMatchObject({ lease: null, failedStarts: 0 });
      expect(printed).toMatchObject([{ tasks: [{ outcome: 'handed over' }] }, { RecordsRead: 0, JobsDone: 0 }]);
    },
  );

  it('returns only after all requests in flight are finished', async () => {
    const noted: { stoppedMs?: number } = {};
    const { cloud, call } = fakeFunction({ load: loadUntilStopped(noted, 9_000) });
    cloud.putObject(key);
    let hasReturned = false;
    const answer = call(300_000, put(key)).finally(() => (hasReturned = true));
    await vi.advanceTimersByTimeAsync(285_000 + 8_999);
    expect({ hasReturned, sent: cloud.sent.length }).toEqual({ hasReturned: false, sent: 0 });
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toEqual({ batchItemFailures: [] });
    expect(cloud.sent).toHaveLength(1);
  });

  it.each([300_000, 5_000])('with a timeout of %i ms takes a lease that includes the time of a request', async (ms) => {
    const leases: (number | undefined)[] = [];
    const made = fakeFunction({
      load: async (leased) => {
        leases.push(taskIn(made.cloud, leased.job.id).lease?.durationMs);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await leased.renew(leased.task.work);
        leases.push(taskIn(made.cloud, leased.job.id).lease?.durationMs);
        return completeLoad(leased);
      },
    });
    made.cloud.putObject(key);
    const answer = made.call(ms, put(key));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await answer).toEqual({ batchItemFailures: [] });
    expect(leases).toEqual([ms + requestTimeoutMs, ms - 1_000 + requestTimeoutMs]);
  });

  it('without time left hands over at once', async () => {
    const noted: { stoppedMs?: number } = {};
    const { cloud, call } = fakeFunction({ load: loadUntilStopped(noted) });
    const id = getJobId(cloud.putObject(key));
    const answer = call(0, put(key));
    await vi.advanceTimersByTimeAsync(0);
    expect(await answer).toEqual({ batchItemFailures: [] });
    expect(noted, 'no load starts').toEqual({});
    expect(cloud.sent).toEqual([{ message: { job: id, key, task: undefined }, delayMs: 0 }]);
  });
});

describe('a message', () => {
  it('is hidden for the time of the function and 30 s, and left alone once it is handled', async () => {
    const { cloud, hidden, call } = fakeFunction();
    cloud.putObject(key);
    expect(await call(300_000, put(key))).toEqual({ batchItemFailures: [] });
    expect(hidden).toEqual([{ receipt: 'r0', atMs: 0, ms: 330_000 }]);
  });

  it.each([
    ['not JSON', 'hello'],
    ['from another program', '{"type":"order"}'],
    ['from a different version of csv2ddb', '{"csv2ddb":2,"job":"j","key":"k"}'],
    ['about a different bucket', put(key, 'other')],
  ])('that is %s returns to the queue at once as a failed item', async (_, body) => {
    const { hidden, printed, call } = fakeFunction();
    expect(await call(300_000, body)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(hidden.map(({ ms }) => ms)).toEqual([330_000, 0]);
    expect(printed).toMatchObject([
      { level: 'warn', message: 'm0', outcome: 'not for this pipeline, returned to the queue' },
    ]);
  });

  it('that fails is logged, reported and hidden for 60 s', async () => {
    const before = () => {
      throw new LoaderError('ACCESS_DENIED', 'denied by S3', { hint: 'Ask.' });
    };
    const { cloud, hidden, printed, call } = fakeFunction({ before });
    cloud.putObject(key);
    expect(await call(300_000, put(key))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(hidden.map(({ ms }) => ms)).toEqual([330_000, 60_000]);
    const error = { code: 'ACCESS_DENIED', message: 'denied by S3', hint: 'Ask.' };
    expect(printed).toMatchObject([{ level: 'error', message: 'm0', outcome: 'failed, will be retried', error }]);
  });

  it('is handled even if it cannot be hidden', async () => {
    const { cloud, printed, call } = fakeFunction({}, () => Promise.reject(new Error('SQS does not respond')));
    cloud.putObject(key);
    expect(await call(300_000, put(key), 'hello')).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect(cloud.published).toMatchObject([{ state: 'done' }]);
    expect(printed.filter(({ message }) => message !== undefined)).toHaveLength(2);
  });

  it('that fails does not affect the other messages of the batch', async () => {
    const noted: { stoppedMs?: number } = {};
    const { cloud, hidden, call } = fakeFunction({
      before: (_, name) => {
        if (name === 'import/denied.csv') throw new Error('no response');
      },
      load: (leased) =>
        leased.job.object.key === 'import/slow.csv'
          ? loadUntilStopped(noted)(leased)
          : Promise.resolve(completeLoad(leased)),
    });
    for (const name of ['import/denied.csv', 'import/slow.csv', key]) cloud.putObject(name);
    const answer = call(300_000, put('import/slow.csv'), 'hello', put('import/denied.csv'), put(key));
    await vi.advanceTimersByTimeAsync(285_000);
    expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }] });
    const timesOf = (receipt: string) => hidden.filter((change) => change.receipt === receipt).map(({ ms }) => ms);
    expect(['r0', 'r1', 'r2', 'r3'].map(timesOf)).toEqual([[330_000], [330_000, 0], [330_000, 60_000], [330_000]]);
    // Returned at once, not after the slowest message of the batch.
    expect(hidden.filter(({ ms }) => ms < 330_000).map(({ atMs }) => atMs)).toEqual([0, 0]);
    expect(cloud.published).toMatchObject([{ key, state: 'done' }]);
    expect(cloud.sent).toMatchObject([{ message: { key: 'import/slow.csv', task: undefined }, delayMs: 0 }]);
  });

  it('is queued with a delay of a minute after a failure that a retry may overcome', async () => {
    const why = { code: 'ACCESS_DENIED', message: 'denied by DynamoDB', hint: null } as const;
    const { cloud, hidden, call } = fakeFunction({
      load: ({ task }) => Promise.resolve({ kind: 'failed', why, work: task.work }),
    });
    const id = getJobId(cloud.putObject(key));
    expect(await call(300_000, put(key))).toEqual({ batchItemFailures: [] });
    expect(hidden).toHaveLength(1);
    expect(cloud.sent).toEqual([{ message: { job: id, key, task: undefined }, delayMs: 60_000 }]);
    expect(taskIn(cloud, id)).toMatchObject({ lease: null, failedStarts: 1, lastFailure: why });
  });

  it('that is twice in a batch is loaded once, and the other one waits for the lease', async () => {
    const load = vi.fn(async (leased: LeasedTask) => {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return completeLoad(leased);
    });
    const { cloud, call } = fakeFunction({ load });
    const id = getJobId(cloud.putObject(key));
    const answer = call(300_000, put(key), put(key));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await answer).toEqual({ batchItemFailures: [] });
    expect(load).toHaveBeenCalledTimes(1);
    expect(cloud.published).toHaveLength(1);
    // The lease, and one second because S3 rounds.
    expect(cloud.sent).toEqual([{ message: { job: id, key, task: undefined }, delayMs: 311_000 }]);
  });

  it.each<[string, (id: string) => string]>([
    ['an event', () => put(key)],
    ['a task message', (job) => formatMessage({ job, key, task: 0 })],
    ['a message for its first task', (job) => formatMessage({ job, key, task: undefined })],
    ['a message for an unknown range', (job) => formatMessage({ job, key, task: 7 })],
    ['a message to cut it', (job) => formatMessage({ job, key, task: 'cut' })],
  ])('for an ended job changes nothing: %s', async (_, bodyOf) => {
    const load = vi.fn((leased: LeasedTask) => Promise.resolve(completeLoad(leased)));
    const { cloud, printed, call } = fakeFunction({ load });
    const id = getJobId(cloud.putObject(key));
    await call(300_000, put(key));
    const state = new Map(cloud.state);
    printed.splice(0);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await call(300_000, bodyOf(id))).toEqual({ batchItemFailures: [] });
    expect(new Map(cloud.state)).toEqual(state);
    expect(load).toHaveBeenCalledTimes(1);
    expect(cloud.published).toHaveLength(1);
    expect(cloud.sent).toEqual([]);
    expect(printed).toMatchObject([{ level: 'info', tasks: [{ job: id, outcome: 'the job has ended' }] }]);
  });

  it('about an object that is already deleted is handled', async () => {
    const { cloud, printed, call } = fakeFunction();
    expect(await call(300_000, put(key))).toEqual({ batchItemFailures: [] });
    expect(cloud.state.size).toBe(0);
    expect(printed).toMatchObject([{ tasks: [{ outcome: 'the object does not exist' }] }]);
  });

  it.each([
    ['a test event', JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' })],
    ['an object of the pipeline', put('state/heads/x')],
    ['a folder', put('import/folder/')],
  ])('that needs no work is handled and logged: %s', async (_, body) => {
    const { cloud, printed, call } = fakeFunction();
    expect(await call(300_000, body)).toEqual({ batchItemFailures: [] });
    expect(cloud.state.size).toBe(0);
    expect(printed).toMatchObject([{ level: 'info', outcome: expect.any(String) as string }]);
  });
});

describe('a function after a crash', () => {
  it('waits for the lease of the crashed function to expire, and continues', async () => {
    let crashes = true;
    const { cloud, call } = fakeFunction({
      load: (leased) => {
        if (!crashes) return Promise.resolve(completeLoad(leased));
        crashes = false;
        // The process has crashed: this never resolves.
        return new Promise<never>(() => undefined);
      },
    });
    const id = getJobId(cloud.putObject(key));
    void call(5_000, put(key));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await call(5_000, put(key))).toEqual({ batchItemFailures: [] });
    // The lease has 5 s, 10 s for a request and 1 s for rounding, minus the 5 s that have passed.
    expect(cloud.sent.splice(0)).toEqual([{ message: { job: id, key, task: undefined }, delayMs: 11_000 }]);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(await call(5_000, formatMessage({ job: id, key, task: 0 }))).toEqual({ batchItemFailures: [] });
    expect(cloud.published).toMatchObject([{ job: id, state: 'done', read: 10 }]);
  });
});
