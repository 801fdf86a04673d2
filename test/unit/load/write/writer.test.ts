import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import type { Entry } from '../../../../src/load/order/entry.ts';
import { Frontier } from '../../../../src/load/order/frontier.ts';
import { Window } from '../../../../src/load/order/window.ts';
import type { BatchWriteResult } from '../../../../src/load/wire/client.ts';
import type { Scheduler } from '../../../../src/load/write/scheduler.ts';
import { Writer, type WriterOptions } from '../../../../src/load/write/writer.ts';
import { bufferRecord } from '../../../helpers/buffer-record.ts';

type Item = Record<string, unknown>;
interface Body {
  readonly RequestItems: Record<string, { PutRequest: { Item: Item } }[]>;
}

const keyOf = (item: Item): string | undefined => (item['id'] as { S?: string } | undefined)?.S;

/** A writer with a window, and a client that returns the results of `respond`. */
function setUp(respond: (keys: string[], request: number) => BatchWriteResult, options: Partial<WriterOptions> = {}) {
  const frontier = new Frontier<Entry>();
  const window = new Window(frontier, false);
  const sent: string[][] = [];
  const fatal: LoaderError[] = [];
  const writer = new Writer({
    window,
    client: {
      async batchWrite(body) {
        const { RequestItems: requestItems } = JSON.parse(body.toString()) as Body;
        const keys = (requestItems['people'] ?? []).map((request) => keyOf(request.PutRequest.Item) ?? '');
        sent.push(keys);
        return Promise.resolve(respond(keys, sent.length));
      },
      close: () => Promise.resolve(),
    },
    table: 'people',
    keyOf,
    concurrency: 1,
    maxWriteUnits: undefined,
    capacity: { table: undefined, indexes: new Map() },
    retryForMs: 60_000,
    markInFlight: () => undefined,
    onSettled: () => undefined,
    onFatal: (error) => {
      fatal.push(error);
      writer.stop();
    },
    random: () => 0,
    ...options,
  });
  const put = (key: string): Entry =>
    bufferRecord(window, frontier, { key, encoded: Buffer.from(JSON.stringify({ id: { S: key } })) });
  const drain = async (): Promise<void> => {
    writer.allowsPartialBatches = true;
    writer.pump();
    while ((window.queued > 0 || writer.inFlight > 0) && fatal.length === 0) await writer.waitForRequest();
  };
  const outcomes = (): string[] => {
    const passed: string[] = [];
    for (let next = frontier.pass(); next !== undefined; next = frontier.pass()) passed.push(next.outcome);
    return passed;
  };
  return { writer, window, put, drain, sent, fatal, outcomes };
}

/** A scheduler whose time advances only when its timers run, or by `advance`. */
function testScheduler(): Scheduler & { advance: (ms: number) => void } {
  let now = 0;
  return {
    nowMs: () => now,
    advance: (ms) => {
      now += ms;
    },
    after(ms, work) {
      const immediate = setImmediate(() => {
        now += ms;
        work();
      });
      return () => {
        clearImmediate(immediate);
      };
    },
  };
}

const written = (unprocessed: string[] = []): BatchWriteResult => ({
  kind: 'answered',
  unprocessed: unprocessed.map((key) => ({ id: { S: key } })),
  writeUnits: undefined,
});
const throttled: BatchWriteResult = { kind: 'throttled', code: 'ThrottlingException', message: 'slow down' };
const lost: BatchWriteResult = { kind: 'unknown', code: 'ECONNRESET', message: 'reset' };
const refused: BatchWriteResult = { kind: 'refused', code: 'ValidationException', message: 'no' };

describe('the writer', () => {
  it('retries unprocessed items first, in a full batch with new items', async () => {
    const { put, drain, sent, writer } = setUp((keys, request) => written(request === 1 ? keys.slice(0, 2) : []));
    for (let n = 0; n < 48; n++) put(`k${n}`);
    await drain();
    expect(sent.map((keys) => keys.length)).toEqual([25, 25]);
    expect(sent[1]?.slice(0, 2)).toEqual(['k0', 'k1']);
    expect(writer.traffic).toMatchObject({ requests: 2, unprocessedItems: 2, retries: 2, throttledRequests: 0 });
    expect(writer.acknowledged).toBe(48);
  });

  it('sends other items while throttled ones back off', async () => {
    const scheduler = testScheduler();
    const { put, drain, sent } = setUp((_, request) => (request === 1 ? throttled : written()), {
      scheduler,
      random: () => 1,
    });
    for (let n = 0; n < 50; n++) put(`k${n}`);
    await drain();
    expect(sent.map(([first]) => first)).toEqual(['k0', 'k25', 'k0']);
    expect(scheduler.nowMs()).toBe(20);
  });

  it('sends less and less often while all partitions are hot, even with new items', async () => {
    const scheduler = testScheduler();
    const { put, sent, writer } = setUp(
      () => {
        scheduler.advance(6);
        return { ...throttled, by: 'a hot partition of the table' };
      },
      { scheduler, random: () => 1, concurrency: 16 },
    );
    for (let n = 0; n < 10_000; n++) put(`k${n}`);
    writer.pump();
    while (scheduler.nowMs() < 10_000) await writer.waitForRequest();
    writer.stop();
    expect(sent.length).toBeLessThan(100);
  });

  it('sends no more halves of a refused batch after it was stopped', async () => {
    const { put, window, sent, writer } = setUp((_, request) => {
      if (request === 2) writer.stop();
      return refused;
    });
    for (let n = 0; n < 8; n++) put(`k${n}`);
    writer.allowsPartialBatches = true;
    writer.pump();
    while (writer.inFlight > 0) await writer.waitForRequest();
    expect(sent.map((keys) => keys.length)).toEqual([8, 4]);
    expect(window.queued).toBe(8);
  });

  it('reports the code and cause of the response that it waits for', async () => {
    const by = 'index by_email';
    let nowMs = 0;
    const scheduler = { nowMs: () => nowMs, after: () => () => undefined };
    const { put, writer } = setUp(() => ({ ...throttled, by }), { random: () => 1, retryForMs: 60_000, scheduler });
    put('a');
    writer.allowsPartialBatches = true;
    writer.pump();
    while (writer.inFlight > 0) await writer.waitForRequest();
    expect(writer.retryReason).toBeUndefined();
    nowMs = 500;
    expect(writer.retryReason).toMatchObject({ code: 'ThrottlingException', by: 'index by_email', isThrottle: true });
    writer.stop();
  });

  it('requests the units of each index, and keeps to the rates of the indexes', async () => {
    const scheduler = testScheduler();
    const requested = new Set<unknown>();
    const { put, drain, sent } = setUp(() => written(), {
      scheduler,
      client: {
        batchWrite(body) {
          const { ReturnConsumedCapacity: detail, RequestItems: requestItems } = JSON.parse(body.toString()) as Body & {
            ReturnConsumedCapacity: unknown;
          };
          requested.add(detail);
          sent.push([]);
          const units = requestItems['people']?.length ?? 0;
          const indexUnits = new Map([['by_email', units]]);
          return Promise.resolve({ kind: 'answered', unprocessed: [], writeUnits: 2 * units, indexUnits });
        },
        close: () => Promise.resolve(),
      },
      capacity: { table: 10_000, indexes: new Map([['by_email', 100]]) },
    });
    for (let n = 0; n < 100; n++) put(`k${n}`);
    await drain();
    expect([...requested]).toEqual(['INDEXES']);
    expect(sent).toHaveLength(10);
    expect(scheduler.nowMs()).toBe(900);
  });

  it.each([
    [100, 1, [10, 10, 10]],
    [20, 1, [2, 2, 2]],
    [100_000, 1, [25, 25, 25]],
    [100, 300, [1, 1, 1]],
    [5_000, 100, [5, 5, 5]],
  ])('limits the size of requests at a cap of %i units per second: items of %i units', async (cap, units, sizes) => {
    const { window, put, sent, writer } = setUp(() => written(), { scheduler: testScheduler(), maxWriteUnits: cap });
    for (let n = 0; n < 100; n++) put(`k${n}`).sizeBytes = units * 1024;
    writer.pump();
    while (sent.length < 3) await writer.waitForRequest();
    writer.stop();
    expect(sent.slice(0, 3).map((keys) => keys.length)).toEqual(sizes);
    expect(window.queued).toBeGreaterThan(0);
  });

  it('halves a refused batch until the invalid items are alone', async () => {
    const bad = new Set(['k3', 'k17']);
    const { put, drain, outcomes, sent } = setUp((keys) => (keys.some((key) => bad.has(key)) ? refused : written()));
    for (let n = 0; n < 25; n++) put(`k${n}`);
    await drain();
    expect(
      outcomes()
        .map((outcome, n) => [n, outcome])
        .filter(([, outcome]) => outcome === 'rejected'),
    ).toEqual([
      [3, 'rejected'],
      [17, 'rejected'],
    ]);
    expect(sent.length).toBeLessThan(20);
  });

  it('treats a response with an item that was not sent as lost', async () => {
    const { put, drain, outcomes, sent } = setUp((_, request) => written(request === 1 ? ['other'] : []));
    put('a');
    await drain();
    expect(sent).toEqual([['a'], ['a']]);
    expect(outcomes()).toEqual(['written']);
  });

  it('retries an unknown record before a later one of its key until it is acknowledged', async () => {
    const results = [lost, throttled, written(['a']), written(), written()];
    const made = setUp((_, request) => {
      if (request === 1) later = made.put('a');
      return results[request - 1] ?? written();
    });
    let later: Entry | undefined;
    const first = made.put('a');
    await made.drain();
    expect(later).toBeDefined();
    expect(first.attempts).toBe(4);
    expect(later?.attempts).toBe(1);
    expect(made.outcomes()).toEqual(['written', 'written']);
  });

  it('counts --retry-for from the first throttle, not from the last acknowledgement', async () => {
    const scheduler = testScheduler();
    const { put, drain, fatal, sent } = setUp(
      (_, request) => {
        scheduler.advance(20_000);
        return request === 1 || request === 4 ? written() : throttled;
      },
      { scheduler },
    );
    put('a');
    await drain();
    // An hour without input must not count as an hour of throttling.
    scheduler.advance(3_600_000);
    put('b');
    await drain();
    expect(fatal).toEqual([]);
    expect(sent).toHaveLength(4);
    put('c');
    await drain();
    expect(fatal.map((error) => error.code)).toEqual(['RETRIES_EXHAUSTED']);
    expect(sent).toHaveLength(8);
  });

  it('counts --retry-for of other errors from the first failure of the item', async () => {
    const scheduler = testScheduler();
    const { put, drain, fatal, sent } = setUp(
      () => {
        scheduler.advance(20_000);
        return lost;
      },
      { scheduler },
    );
    put('a');
    await drain();
    expect(fatal.map((error) => error.code)).toEqual(['RETRIES_EXHAUSTED']);
    expect(sent).toHaveLength(4);
  });

  it('marks before the first request that requests are in flight', async () => {
    const sentBefore: number[] = [];
    const { put, drain, sent } = setUp(() => written(), { markInFlight: () => sentBefore.push(sent.length) });
    for (let n = 0; n < 100; n++) put(`k${n}`);
    await drain();
    expect(sent).toHaveLength(4);
    expect(sentBefore).toEqual([0]);
  });

  it('sends nothing if it cannot mark that requests are in flight', async () => {
    const { put, drain, sent, fatal } = setUp(() => written(), {
      markInFlight: () => {
        throw new LoaderError('OUTPUT_UNWRITABLE', 'cannot write a.in-flight: disk full');
      },
    });
    for (let n = 0; n < 100; n++) put(`k${n}`);
    await drain();
    expect(sent).toEqual([]);
    expect(fatal[0]).toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });

  it('ends a wait when it is stopped, and sends nothing more', async () => {
    const { put, writer, sent, window } = setUp(() => throttled, { random: () => 100 });
    put('a');
    writer.allowsPartialBatches = true;
    writer.pump();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const since = performance.now();
    writer.stop();
    while (writer.inFlight > 0) await writer.waitForRequest();
    expect(performance.now() - since).toBeLessThan(2_000);
    expect(sent).toHaveLength(1);
    expect(window.queued).toBe(1);
  });

  it('charges the expected units before sending, and the reported ones after the response', async () => {
    const times: number[] = [];
    const since = performance.now();
    const { put, drain } = setUp(
      (keys) => {
        times.push(performance.now() - since);
        return { kind: 'answered', unprocessed: [], writeUnits: keys.length * 2 };
      },
      { concurrency: 8, maxWriteUnits: 500 },
    );
    for (let n = 0; n < 100; n++) put(`k${n}`);
    await drain();
    // 50 units per batch at 500 per second: 100 ms between batches.
    expect(times).toHaveLength(4);
    expect(times[3]).toBeGreaterThan(270);
    expect(times[3]).toBeLessThan(900);
  });
});
