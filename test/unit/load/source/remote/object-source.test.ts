import { Buffer } from 'node:buffer';
import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LoaderError } from '../../../../../src/errors.ts';
import { readRange, type ObjectBody, type RemoteObject } from '../../../../../src/load/source/remote/read-range.ts';
import { TransientError } from '../../../../../src/load/source/remote/object-errors.ts';
import { toSafeBaseName } from '../../../../../src/load/source/remote/safe-base-name.ts';
import {
  makeIdleLimit,
  defaultRetrySettings,
  backoffMs,
  type RetrySettings,
} from '../../../../../src/load/source/remote/retry-policy.ts';
import { rejectOnAbort } from '../../../../../src/load/reject-on-abort.ts';
import { firstChunkBytes, maxChunkBytes, ObjectSource } from '../../../../../src/load/source/remote/object-source.ts';
import type { SourceIdentity } from '../../../../../src/load/source/source.ts';
import { below, random } from '../../../../helpers/random.ts';
import { fastRetries } from './fast-retries.ts';
import { bytesOf, loaderError } from '../reading.ts';

const letters = Buffer.from('abcdefghijklmnopqrstuvwxyz');

/** The response to one request: bytes from its offset, then an end, an error, or a stall. */
interface FakeResponse {
  /** Bytes of the body (default: all). */
  readonly bytes?: number;
  /** Default: `end`. */
  readonly then?: 'end' | 'break' | 'stall';
  /** Thrown instead of returning a body. */
  readonly error?: Error;
  /** Offset of the body (default: the requested offset). */
  readonly start?: number;
  /** Never responds. */
  readonly silent?: boolean;
  readonly surplus?: string;
}

interface FakeObject {
  readonly object: RemoteObject;
  readonly requested: [from: number, to: number][];
  readonly bodies: Readable[];
}

/** Creates an object that returns these responses, one per request, and repeats the last one. */
function makeObject(responses: readonly FakeResponse[], all = letters, more: Partial<RemoteObject> = {}): FakeObject {
  const requested: [number, number][] = [];
  const bodies: Readable[] = [];
  const object: RemoteObject = {
    name: 's3://letters/abc.csv',
    baseName: 'abc.csv',
    sizeBytes: all.length,
    etag: '"1"',
    hasRanges: true,
    get(from, to) {
      const response = responses[Math.min(requested.length, responses.length - 1)] ?? {};
      requested.push([from, to]);
      if (response.silent === true) return new Promise<ObjectBody>(() => undefined);
      if (response.error !== undefined) return Promise.reject(response.error);
      const start = response.start ?? from;
      const bytes = Readable.from(bodyOf(all.subarray(start, to), response), { objectMode: false });
      bodies.push(bytes);
      return Promise.resolve({ bytes, start });
    },
    ...more,
  };
  return { object, requested, bodies };
}

async function* bodyOf(all: Buffer, { bytes, then = 'end', surplus = '' }: FakeResponse): AsyncGenerator<Buffer> {
  const part = all.subarray(0, bytes);
  const step = Math.max(5, Math.ceil(part.length / 20));
  for (let at = 0; at < part.length; at += step) {
    yield part.subarray(at, at + step);
    await turn();
  }
  if (surplus !== '') yield Buffer.from(surplus);
  if (then === 'break') throw new Error('other side closed');
  if (then === 'stall') await new Promise(() => undefined);
}

async function textOf(
  object: RemoteObject,
  retrySettings: RetrySettings,
  from = 0,
  to = object.sizeBytes,
): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of readRange(object, from, to, { signal: new AbortController().signal, retrySettings })) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString();
}

describe('readRange yields all bytes once and in order', () => {
  test.each<[what: string, responses: FakeResponse[], requested: number[], waits: number[]]>([
    ['in one response', [{}], [0], []],
    ['when the body breaks off', [{ bytes: 7, then: 'break' }, {}], [0, 7], [200]],
    ['when the body ends early', [{ bytes: 7 }, {}], [0, 7], [200]],
    ['when the body breaks off before the first byte', [{ bytes: 0, then: 'break' }, {}], [0, 0], [200]],
    ['when the body breaks off after the last byte', [{ then: 'break' }], [0], []],
    ['when the request fails', [{ error: new TransientError('reset') }, {}], [0, 0], [200]],
    [
      'when the server asks to wait',
      [{ error: new TransientError('503', { retryAfterMs: 5000 }) }, {}],
      [0, 0],
      [5000],
    ],
    ['when a response starts before the requested offset', [{ bytes: 8, then: 'break' }, { start: 0 }], [0, 8], [200]],
    [
      'when the body breaks off repeatedly after new bytes',
      Array.from({ length: 26 }, () => ({ bytes: 1, then: 'break' })),
      Array.from({ length: 26 }, (_, at) => at),
      Array.from({ length: 25 }, () => 200),
    ],
    [
      'when the server is unreachable for a while',
      [{ bytes: 9, then: 'break' }, { error: new TransientError('no route') }, { bytes: 0 }, { bytes: 4 }, {}],
      [0, 9, 9, 9, 13],
      [200, 400, 800, 200],
    ],
  ])('%s', async (_, responses, froms, waits) => {
    const { object, requested, bodies } = makeObject(responses);
    const retrySettings = fastRetries();
    expect(await textOf(object, retrySettings)).toBe(letters.toString());
    expect(requested).toEqual(froms.map((from) => [from, 26]));
    expect(retrySettings.waits).toEqual(waits);
    expect(bodies.every((body) => body.destroyed)).toBe(true);
  });

  test('and no more than requested', async () => {
    const { object, requested } = makeObject([{ bytes: 3, then: 'break' }, { start: 0 }], letters, {});
    expect(await textOf(object, fastRetries(), 5, 12)).toBe('fghijkl');
    expect(requested).toEqual([
      [5, 12],
      [8, 12],
    ]);
  });

  test('of an empty object, without a request', async () => {
    const { object, requested } = makeObject([{}], Buffer.alloc(0));
    expect(await textOf(object, fastRetries())).toBe('');
    expect(requested).toEqual([]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('whatever fails (seed %i)', async (seed) => {
    const rand = random(seed);
    const all = Buffer.from(Array.from({ length: 2_000 }, () => below(256, rand)));
    const responses = Array.from({ length: 400 }, (): FakeResponse => {
      const bytes = below(60, rand);
      const start = rand() < 0.2 ? { start: 0, bytes: bytes * 20 } : { bytes };
      const then = rand() < 0.7 ? 'break' : 'end';
      return rand() < 0.1 ? { error: new TransientError('reset') } : { ...start, then };
    });
    const { object } = makeObject([...responses, {}], all);
    const source = new ObjectSource(object, fastRetries({ maxAttempts: 1000 }));
    const offset = below(2_000, rand);
    expect((await bytesOf(source, offset)).equals(all.subarray(offset))).toBe(true);
  });
});

describe('readRange fails', () => {
  test.each<[what: string, responses: FakeResponse[], more: Partial<RemoteObject>, error: Error]>([
    [
      'after ten failed attempts',
      [{ bytes: 7, then: 'break' }, { error: new TransientError('no route to host') }],
      {},
      loaderError(
        'SOURCE_UNREADABLE',
        /^cannot read s3:\/\/letters\/abc.csv from byte 7: no route to host \(10 attempts\)$/,
        /--resume/,
      ),
    ],
    [
      'at the first break if there are no ranges',
      [{ bytes: 7, then: 'break' }, {}],
      { hasRanges: false },
      loaderError(
        'SOURCE_UNREADABLE',
        /from byte 7: other side closed, and the server does not support range requests/,
        /--resume/,
      ),
    ],
    [
      'if more bytes arrive than the object had',
      [{ surplus: 'x' }],
      {},
      loaderError('SOURCE_CHANGED', /it had 26 bytes and now has more/),
    ],
    [
      'if the server refuses',
      [{ bytes: 3 }, { error: new LoaderError('ACCESS_DENIED', 'no', { hint: 'ask' }) }],
      {},
      loaderError('ACCESS_DENIED', /^no$/),
    ],
    [
      'with other errors unchanged',
      [{ error: new TypeError('x is not a function') }],
      {},
      new TypeError('x is not a function'),
    ],
  ])('%s', async (_, responses, more, error) => {
    const { object, bodies } = makeObject(responses, letters, more);
    await expect(textOf(object, fastRetries())).rejects.toThrow(error);
    expect(bodies.every((body) => body.destroyed)).toBe(true);
  });

  test('a stalled body counts as broken', async () => {
    const { object, requested } = makeObject([{ bytes: 7, then: 'stall' }, {}]);
    expect(await textOf(object, fastRetries({ idleTimeoutMs: 20 }))).toBe(letters.toString());
    expect(requested).toEqual([
      [0, 26],
      [7, 26],
    ]);
  });

  test('a slow consumer does not count as a stall', async () => {
    const { object, requested } = makeObject([{}]);
    for await (const chunk of new ObjectSource(object, fastRetries({ idleTimeoutMs: 20 })).read(0)) {
      expect(chunk.length).toBeGreaterThan(0);
      await sleep(40);
    }
    expect(requested).toHaveLength(1);
  });

  test('a reader that stops early ends the body', async () => {
    const { object, bodies } = makeObject([{}]);
    for await (const chunk of new ObjectSource(object, fastRetries()).read(0)) {
      expect(chunk.toString()).toBe('abcde');
      break;
    }
    expect(bodies.map((body) => body.destroyed)).toEqual([true]);
  });
});

describe('close ends a read at once', () => {
  test.each<[what: string, responses: FakeResponse[], retrySettings: Partial<RetrySettings>]>([
    ['that waits for a response', [{ silent: true }], {}],
    ['that waits for a chunk', [{ bytes: 7, then: 'stall' }], {}],
    [
      'that waits before a retry',
      [{ error: new TransientError('503') }],
      { sleep: (ms, signal) => defaultRetrySettings.sleep(ms, signal), random: () => 1 },
    ],
  ])('%s', async (_, responses, retrySettings) => {
    const { object, bodies } = makeObject(responses);
    const source = new ObjectSource(object, fastRetries({ maxAttempts: 1000, ...retrySettings }));
    const read = bytesOf(source);
    setTimeout(() => void source.close(), 30);
    await expect(read).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(bodies.every((body) => body.destroyed)).toBe(true);
    await source.close();
  });

  test('a response that arrives afterwards is aborted', async () => {
    const late = Readable.from(['abc']);
    let respond: ((body: ObjectBody) => void) | undefined;
    const { object } = makeObject([], letters, {
      get: () =>
        new Promise((resolve) => {
          respond = resolve;
        }),
    });
    const source = new ObjectSource(object, fastRetries());
    const read = bytesOf(source);
    await source.close();
    await expect(read).rejects.toMatchObject({ code: 'INTERRUPTED' });
    respond?.({ bytes: late, start: 0 });
    await sleep(1);
    expect(late.destroyed).toBe(true);
  });

  test('a closed source cannot be read', async () => {
    const { object, requested } = makeObject([{}]);
    const source = new ObjectSource(object, fastRetries());
    await source.close();
    await expect(bytesOf(source)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(requested).toEqual([]);
  });
});

describe('the identity', () => {
  const known = { kind: 'object', sizeBytes: 26, etag: '"1"' } as const;

  test('consists of size and ETag, and allows to resume', async () => {
    const source = new ObjectSource(makeObject([{}]).object, fastRetries());
    expect(await source.identify()).toEqual(known);
    expect(source).toMatchObject({ name: 's3://letters/abc.csv', baseName: 'abc.csv', storedBytes: 26 });
    expect(source.storedOffset(7)).toBe(7);
    expect((await bytesOf(source, 20, known)).toString()).toBe('uvwxyz');
  });

  test.each<[offset: number, SourceIdentity, RegExp]>([
    [1, { ...known, sizeBytes: 27 }, /its size was 27 bytes and is now 26/],
    [1, { ...known, etag: '"2"' }, /its ETag was "2" and is now "1"/],
    [27, known, /it ends before byte 27, where the earlier run stopped/],
    [
      1,
      { kind: 'stdin', hashedBytes: 3, sha256: '' },
      /it is now an S3 object.*, but the earlier source was standard input/,
    ],
  ])('differs at byte %i from %j', async (offset, expected, message) => {
    const { object, requested } = makeObject([{}]);
    const read = bytesOf(new ObjectSource(object, fastRetries()), offset, expected);
    await expect(read).rejects.toThrow(loaderError('SOURCE_CHANGED', message, /--restart/));
    expect(requested).toEqual([]);
  });
});

describe('head', () => {
  const all = Buffer.alloc(2 * maxChunkBytes, 'x');

  test('requests 64 KiB first, then more as needed', async () => {
    const { object, requested, bodies } = makeObject([{}], all);
    const source = new ObjectSource(object, fastRetries());
    const sizes: number[] = [];
    for await (const chunk of source.head()) {
      sizes.push(chunk.length);
      if (sizes.length === 2) break;
    }
    expect(sizes).toEqual([firstChunkBytes, 4 * firstChunkBytes]);
    expect(requested).toEqual([
      [0, firstChunkBytes],
      [firstChunkBytes, 5 * firstChunkBytes],
    ]);
    expect(bodies.every((body) => body.readableEnded)).toBe(true);
  });

  test('may continue to the end before a read', async () => {
    const { object } = makeObject([{}]);
    const source = new ObjectSource(object, fastRetries());
    for await (const chunk of source.head()) expect(chunk.toString()).toBe(letters.toString());
    for await (const chunk of source.head()) expect(chunk.toString()).toBe(letters.toString());
    expect((await bytesOf(source)).equals(letters)).toBe(true);
  });

  test('sends one request if there are no ranges', async () => {
    const { object, requested, bodies } = makeObject([{}], letters, { hasRanges: false });
    for await (const chunk of new ObjectSource(object, fastRetries()).head()) {
      expect(chunk.toString()).toBe('abcde');
      break;
    }
    expect(requested).toEqual([[0, 26]]);
    expect(bodies.map((body) => body.destroyed)).toEqual([true]);
  });
});

describe('backoffMs', () => {
  test.each([
    [1, 0, 0, 100],
    [1, 0, 1, 200],
    [2, 0, 1, 400],
    [5, 0, 0.5, 2_400],
    [7, 0, 1, 10_000],
    [4_000, 0, 1, 10_000],
    [1, 3_000, 1, 3_000],
    [7, 3_000, 1, 10_000],
    [1, 3_600_000, 1, 60_000],
  ])('for failure %i, Retry-After %i ms and random %f is %i ms', (failures, retryAfterMs, random, ms) => {
    expect(backoffMs(failures, retryAfterMs, random)).toBe(ms);
  });

  test('makeIdleLimit ends a wait and leaves no timer', async () => {
    const { signal } = new AbortController();
    await rejectOnAbort(Promise.resolve(1), signal, makeIdleLimit(60_000));
    await expect(rejectOnAbort(Promise.reject(new Error('no')), signal, makeIdleLimit(60_000))).rejects.toThrow('no');
    await expect(rejectOnAbort(new Promise(() => undefined), signal, makeIdleLimit(1))).rejects.toThrow(
      'no data for 0.001 seconds',
    );
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

test.each([
  ['/a/people.csv', 'people.csv'],
  ['people.csv', 'people.csv'],
  ['/a/b/', 'b'],
  ['/', 'example.com'],
  ['', 'example.com'],
  ['/a/..', 'example.com'],
  ['/a/.', 'example.com'],
  ['/a/ ', 'example.com'],
  ['/a/.csv', '.csv'],
  ['/é 100%.csv', 'é 100%.csv'],
  ['/a\\b\u0000:"?.csv', 'a_b____.csv'],
])('toSafeBaseName of %j is %j', (path, name) => {
  expect(toSafeBaseName(path, 'example.com')).toBe(name);
});
