import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Agent } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../../../src/errors.ts';
import { makeDispatcher } from '../../../../../src/aws/net/dispatcher.ts';
import type { Compression } from '../../../../../src/load/settings.ts';
import type { Patience } from '../../../../../src/load/source/remote/retry-policy.ts';
import { ObjectSource } from '../../../../../src/load/source/remote/object.ts';
import type { Source } from '../../../../../src/load/source/source.ts';
import { StreamSource } from '../../../../../src/load/source/stream.ts';
import {
  contentEncoding,
  contentLength,
  contentRange,
  retryAfterMs,
  strongEtag,
} from '../../../../../src/load/source/remote/url-answer.ts';
import { openUrl } from '../../../../../src/load/source/remote/url.ts';
import {
  basic,
  etagOf,
  type HttpFaults,
  type HttpSource,
  startHttpSource,
} from '../../../../helpers/sources/http-source.ts';
import { below, random } from '../../../../helpers/random.ts';
import { impatient } from './impatient.ts';
import { bytesOf, expectCloseEndsRead, loaderError } from '../reading.ts';

const bytes = csvOf(300_000);
const etag = etagOf(bytes);
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function csvOf(length: number): Buffer {
  const lines = Array.from({ length: Math.ceil(length / 10) }, (_, line) => `${String(line).padStart(8, '0')},\n`);
  return Buffer.from(lines.join('').slice(0, length));
}

async function serve(faults: HttpFaults = {}, content = bytes): Promise<HttpSource> {
  const server = await startHttpSource(content, faults);
  closers.push(() => server.close());
  return server;
}

async function open(
  url: string,
  more: { compression?: Compression; patience?: Partial<Patience>; dispatcher?: Agent } = {},
): Promise<Source> {
  const dispatcher = more.dispatcher ?? new Agent();
  if (more.dispatcher === undefined) closers.push(() => dispatcher.destroy());
  const source = await openUrl(url, {
    dispatcher,
    compression: more.compression ?? 'auto',
    patience: impatient(more.patience),
  });
  closers.push(() => source.close());
  return source;
}

/** The Range headers of the requests so far. */
function ranges(server: HttpSource): (string | undefined)[] {
  return server.requests.map(({ headers }) => headers.range);
}

describe('a server that names a strong ETag', () => {
  test('gives an object, found by a GET of its first byte', async () => {
    const server = await serve();
    const source = await open(`${server.url}?X-Amz-Signature=secret#here`);
    expect(source).toBeInstanceOf(ObjectSource);
    expect(source).toMatchObject({ name: server.url, baseName: 'people.csv', storedBytes: 300_000 });
    expect(await source.identify(0)).toEqual({ kind: 'object', sizeBytes: 300_000, etag });
    expect(server.requests).toMatchObject([
      {
        method: 'GET',
        path: '/people.csv?X-Amz-Signature=secret',
        headers: { range: 'bytes=0-0', 'accept-encoding': 'identity' },
      },
    ]);
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
  });

  test.each<[what: string, faults: HttpFaults, length: number]>([
    ['with ranges', {}, 300_000],
    ['without ranges', { ranges: false }, 300_000],
    ['whose ranges are of 10,000 bytes at most', { rangeBytes: 10_000 }, 300_000],
    ['of one byte', {}, 1],
    ['that is empty', {}, 0],
    ['that is empty, without ranges', { ranges: false }, 0],
  ])('is read, and on from a place, %s', async (_, faults, length) => {
    const content = bytes.subarray(0, length);
    const server = await serve(faults, content);
    const source = await open(server.url);
    expect(source).toBeInstanceOf(ObjectSource);
    const identity = await source.identify(0);
    expect((await bytesOf(source)).equals(content)).toBe(true);
    const offset = Math.floor(length / 3);
    const again = await open(server.url);
    expect((await bytesOf(again, offset, identity)).equals(content.subarray(offset))).toBe(true);
  });

  test('is continued by a range of the same version', async () => {
    const server = await serve({ cutAfter: (length) => (length > 100_000 ? 100_000 : undefined) });
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
    expect(server.requests.length).toBeGreaterThanOrEqual(4);
    for (const { headers } of server.requests.slice(2)) {
      expect(headers).toMatchObject({ 'if-match': etag, range: expect.stringMatching(/^bytes=[1-9]\d*-$/) as string });
    }
  });

  test.each([11, 12, 13, 14, 15, 16])('arrives once and in order, however it is cut (seed %i)', async (seed) => {
    const rand = random(seed);
    const ignored = seed % 3 === 0;
    const server = await serve({
      cutAfter: (length) => (rand() < 0.9 ? below(Math.min(length, 60_000) + 1, rand) : undefined),
      reset: [2, 5, 6, 9],
      busy: { requests: [3, 7, 8] },
      ...(ignored && {
        ranges: 'ignored',
        cutAfter: (length, number) => (rand() < 0.8 ? Math.min(length - 1, number * 20_000) : undefined),
      }),
    });
    const source = await open(server.url, { patience: { tries: 50 } });
    const offset = below(100_000, rand);
    expect((await bytesOf(source, offset)).equals(bytes.subarray(offset))).toBe(true);
    expect(server.requests.length).toBeGreaterThan(4);
  });

  test('that stalls is asked again', async () => {
    const server = await serve({ stall: { afterBytes: 50_000, answers: [2] } });
    const source = await open(server.url, { patience: { idleMs: 200 } });
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
    expect(ranges(server)).toEqual(['bytes=0-0', undefined, 'bytes=50000-']);
  });

  test('that is busy is asked again, after the time it asks for', async () => {
    const server = await serve({ busy: { requests: [1, 2, 4], status: 429, retryAfter: '7' } });
    const patience = impatient();
    const dispatcher = new Agent();
    closers.push(() => dispatcher.destroy());
    const source = await openUrl(server.url, { dispatcher, compression: 'auto', patience });
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
    expect(patience.waits).toEqual([7_000, 7_000, 7_000]);
  });

  test('a break is the end where there are no ranges', async () => {
    const server = await serve({ ranges: false, cutAfter: (_, number) => (number === 2 ? 100_000 : undefined) });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /from byte \d+ on: .*, and the server cannot send the rest alone/, /--resume/),
    );
    expect(server.requests).toHaveLength(2);
  });

  test('ten tries in vain are the end', async () => {
    const server = await serve({ cutAfter: (_, number) => (number === 1 ? undefined : number === 2 ? 70_000 : 0) });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /from byte \d+ on: .* \(tried 10 times\)/, /--resume/),
    );
    expect(server.requests).toHaveLength(11);
  });

  test.each<[what: string, faults: HttpFaults, message: RegExp]>([
    ['another version', {}, /another version is there now/],
    ['another version, without conditions', { ignoreIfMatch: true }, /its ETag was "\w+" and is "\w+" now/],
    ['another version, without ranges', { ranges: false }, /its ETag was "\w+" and is "\w+" now/],
    [
      'another size under the same ETag',
      { change: { fromRequest: 2, bytes: bytes.subarray(1), keepEtag: true } },
      /it had 300000 bytes and has 299999 now/,
    ],
  ])('%s is a change', async (_, faults, message) => {
    const other = Buffer.from(bytes);
    other[0] = 0x31;
    const server = await serve({ change: { fromRequest: 2, bytes: other }, ...faults });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
  });

  test('a change midway is found', async () => {
    const other = Buffer.from(bytes);
    other[0] = 0x31;
    const server = await serve({
      change: { fromRequest: 3, bytes: other },
      cutAfter: (length) => (length > 100_000 ? 100_000 : undefined),
    });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /changes while it is read: another version is there now/, /copy/),
    );
  });

  test('an object that has become shorter than the place asked for is a change', async () => {
    const server = await serve({
      change: { fromRequest: 3, bytes: bytes.subarray(0, 10), keepEtag: true },
      cutAfter: (length) => (length > 100_000 ? 100_000 : undefined),
    });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /it had 300000 bytes and ends before byte \d+ now/),
    );
  });

  test.each(['start', 'whole'] as const)('a range that is another one than asked for (%s) is not read', async (lie) => {
    const server = await serve({ lie });
    await expect(bytesOf(await open(server.url), 1_000)).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /from byte 1000 on: the server answers with other bytes than those asked for/),
    );
  });

  test('a resume with another version is refused before a byte is asked for', async () => {
    const before = { kind: 'object', sizeBytes: 300_000, etag: '"before"' } as const;
    const server = await serve();
    await expect(bytesOf(await open(server.url), 5, before)).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /is not what the earlier run read: its ETag was "before"/, /--restart/),
    );
    expect(server.requests).toHaveLength(1);
  });

  test('a look at the beginning takes 64 KiB', async () => {
    const server = await serve();
    for await (const chunk of (await open(server.url)).head()) {
      expect(chunk.equals(bytes.subarray(0, 65_536))).toBe(true);
      break;
    }
    expect(ranges(server)).toEqual(['bytes=0-0', 'bytes=0-65535']);
  });

  test('sources that are open hold no connection, and one after the other use the same', async () => {
    const server = await serve();
    const dispatcher = new Agent({ keepAliveTimeout: 10_000 });
    closers.push(() => dispatcher.destroy());
    for (let index = 0; index < 20; index++) {
      const source = await open(server.url, { dispatcher });
      for await (const chunk of source.head()) {
        expect(chunk.length).toBe(65_536);
        break;
      }
      expect((await bytesOf(source)).length).toBe(300_000);
    }
    expect(server.requests).toHaveLength(60);
    expect(await server.connections()).toBeLessThanOrEqual(2);
  });
});

describe('a server without a strong ETag or a size', () => {
  test.each<[what: string, faults: HttpFaults, storedBytes: number | undefined]>([
    ['no ETag', { etag: null }, 300_000],
    ['a weak ETag', { etag: 'W/"1"' }, 300_000],
    ['an ETag without quotes', { etag: '1' }, 300_000],
    ['no ETag and no ranges', { etag: null, ranges: false }, 300_000],
    ['no size', { ranges: false, chunked: true }, undefined],
  ])('%s: a stream', async (_, faults, storedBytes) => {
    const server = await serve(faults);
    const source = await open(`${server.url}?token=secret`);
    expect(source).toBeInstanceOf(StreamSource);
    expect(source).toMatchObject({ name: server.url, baseName: 'people.csv', storedBytes });
    expect(server.requests).toHaveLength(1);
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.headers).not.toHaveProperty('range');
    const identity = await source.identify(200_000);
    expect(identity.kind).toBe('stdin');
    const again = await open(server.url);
    expect((await bytesOf(again, 200_000, identity)).equals(bytes.subarray(200_000))).toBe(true);
  });

  test('it is unpacked', async () => {
    const server = await serve({ etag: null }, gzipSync(bytes));
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
    expect((await bytesOf(await open(server.url, { compression: 'none' }))).equals(gzipSync(bytes))).toBe(true);
  });

  test('it is tried again up to the beginning of its body', async () => {
    const server = await serve({ etag: null, busy: { requests: [2, 3] }, reset: [4] });
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
  });

  test.each<[what: string, faults: HttpFaults]>([
    ['cut short of its length', { etag: null, cutAfter: (_, number) => (number === 1 ? undefined : 100_000) }],
    ['chunked and without its last chunk', { etag: null, ranges: false, chunked: 'unfinished' }],
    ['that stalls', { etag: null, stall: { afterBytes: 100_000, answers: [2] } }],
  ])('a body %s is no end', async (_, faults) => {
    const server = await serve(faults);
    const source = await open(server.url, { patience: { idleMs: 1_500 } });
    await expect(bytesOf(source)).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /from byte [1-9]\d* on: .*the server names no ETag/, /--resume/),
    );
  });
});

describe('refused', () => {
  test.each<[what: string, faults: HttpFaults, message: RegExp, hint: RegExp]>([
    ['401', { auth: 'u:p' }, /does not know who asks \(HTTP 401\)/, /USER:PASSWORD/],
    ...([403, 404, 410, 400, 204, 418, 300] as const).map((status): [string, HttpFaults, RegExp, RegExp] => [
      String(status),
      { busy: { requests: [1], status } },
      new RegExp(`HTTP ${status}`),
      status === 403 || status === 400 ? /presigned/ : /URL/,
    ]),
    [
      'busy for ever',
      { busy: { requests: Array.from({ length: 20 }, (_, index) => index + 1) } },
      /HTTP 503 \(tried 10 times\)/,
      /server/,
    ],
    ['reset for ever', { reset: [1, 2, 3, 4, 5] }, /\(tried 3 times\)/, /network/],
    ['packed by br', { encoding: 'br' }, /Content-Encoding: br/, /file/],
    ['packed by gzip and br', { encoding: 'gzip, br' }, /Content-Encoding: gzip, br/, /file/],
  ])('when opened: %s', async (_, faults, message, hint) => {
    const server = await serve(faults);
    const opened = open(`${server.url}?token=secret`);
    await expect(opened).rejects.toThrow(loaderError('SOURCE_UNREADABLE', message, hint));
    await expect(opened).rejects.toThrow(/^cannot read http:\/\/127.0.0.1:\d+\/people.csv: (?!.*secret)/);
  });

  test('when read: a URL that has expired', async () => {
    const server = await serve({
      busy: { requests: [3], status: 403 },
      cutAfter: (length) => (length > 100_000 ? 100_000 : undefined),
    });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /does not allow it \(HTTP 403\)/, /presigned URL may have expired/),
    );
  });

  test.each<[string, RegExp]>([
    ['http://user:secret@[::1', /^http:\/\/\[::1 is not a valid URL$/],
    ['http://', /is not a valid URL$/],
    ['https://h:99999/?secret', /^https:\/\/h:99999\/ is not a valid URL$/],
  ])('%s, which is no URL', async (url, message) => {
    await expect(open(url)).rejects.toThrow(loaderError('USAGE', message));
  });

  test.each(['http://127.0.0.1:1/a.csv?secret', 'http://user:secret@nowhere.invalid/a.csv'])(
    '%s, where nobody answers',
    async (url) => {
      await expect(open(url)).rejects.toThrow(
        loaderError(
          'SOURCE_UNREADABLE',
          /^cannot read http:\/\/[\w.:]+\/a.csv: .*(ECONNREFUSED|ENOTFOUND|EAI_AGAIN).*\(tried 3 times\)$/,
        ),
      );
    },
  );
});

describe('through a proxy', () => {
  async function openThrough(proxy: string, url: string): Promise<Source> {
    const dispatcher = makeDispatcher({ http_proxy: proxy, https_proxy: proxy });
    closers.push(() => dispatcher.destroy());
    return openUrl(url, { dispatcher, compression: 'auto', patience: impatient() });
  }

  test.each<[string, string, ErrorCode, RegExp, RegExp]>([
    [
      'http://127.0.0.1:1',
      'https://example.com/a.csv',
      'SOURCE_UNREADABLE',
      /^cannot read https:\/\/example.com\/a.csv: cannot reach the proxy 127.0.0.1:1 \(\w+\) \(tried 3 times\)$/,
      /https_proxy/i,
    ],
    ['socks5://127.0.0.1:1', 'http://example.com/a.csv', 'USAGE', /http_proxy/i, /./],
  ])('%s for %s: %s', async (proxy, url, code, message, hint) => {
    await expect(openThrough(proxy, url)).rejects.toThrow(loaderError(code, message, hint));
  });

  test('that refuses the tunnel is told at once', async () => {
    const proxy = createServer();
    proxy.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Who\r\n\r\n'));
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    closers.push(async () => {
      proxy.close();
      await once(proxy, 'close');
    });
    const place = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    await expect(openThrough(`http://${place}`, 'https://example.com/a.csv')).rejects.toThrow(
      loaderError('ENDPOINT_UNREACHABLE', /the proxy 127.0.0.1:\d+ requires a valid user name and password/),
    );
  });
});

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])('of %i are followed, each time from the beginning', async (status) => {
    const server = await serve({ redirects: { count: 3, status } });
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
    expect(server.requests.map(({ path }) => path)).toEqual(
      [0, 1].flatMap(() => ['/people.csv', '/people.csv?hop=1', '/people.csv?hop=2', '/people.csv?hop=3']),
    );
    expect(server.requests.every(({ headers, method }) => method === 'GET' && 'user-agent' in headers)).toBe(true);
  });

  test('keep range and condition', async () => {
    const server = await serve({
      redirects: { count: 1 },
      cutAfter: (length) => (length > 200_000 ? 200_000 : undefined),
    });
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
    expect(server.requests.at(-1)).toMatchObject({ path: '/people.csv?hop=1', headers: { 'if-match': etag } });
    expect(server.requests.at(-1)?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test('take user and password to the first host only', async () => {
    const other = await serve();
    const first = await serve({ redirects: { count: 2, to: other.url } });
    const source = await open(first.url.replace('http://', 'http://us%40er:p%3Aw@'));
    expect(source.name).toBe(first.url);
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
    expect(first.requests.map(({ headers }) => headers.authorization)).toEqual([
      basic('us@er:p:w'),
      basic('us@er:p:w'),
    ]);
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  test('on the same host keep user and password', async () => {
    const server = await serve({ redirects: { count: 2 }, auth: 'user:password' });
    expect((await bytesOf(await open(server.url.replace('http://', 'http://user:password@')))).length).toBe(300_000);
  });

  test.each<[to: string, count: number, message: RegExp]>([
    ['/again', 99, /redirected more than 10 times/],
    ['ftp://h/a.csv', 1, /redirected to a URL that begins with ftp:/],
    ['http://[', 1, /redirected to no valid URL/],
  ])('to %s are not followed', async (to, count, message) => {
    const server = await serve({ redirects: { count, to } });
    await expect(open(server.url)).rejects.toThrow(loaderError('SOURCE_UNREADABLE', message));
  });
});

describe('over TLS', () => {
  const ca = readFileSync(new URL('../../../../fixtures/tls/certificate.pem', import.meta.url));

  function trusting(): Agent {
    const dispatcher = new Agent({ connect: { ca } });
    closers.push(() => dispatcher.destroy());
    return dispatcher;
  }

  test('it is read', async () => {
    const server = await serve({ isSecure: true });
    expect((await bytesOf(await open(server.url, { dispatcher: trusting() }))).equals(bytes)).toBe(true);
  });

  test('a certificate that is not trusted is told at once', async () => {
    const server = await serve({ isSecure: true });
    await expect(open(server.url)).rejects.toThrow(
      loaderError(
        'SOURCE_UNREADABLE',
        /the certificate of 127.0.0.1:\d+ is not trusted \(\w+\)$/,
        /NODE_EXTRA_CA_CERTS/,
      ),
    );
  });

  test('a redirect to http is not followed', async () => {
    const plain = await serve();
    const server = await serve({ isSecure: true, redirects: { count: 1, to: plain.url } });
    await expect(open(server.url, { dispatcher: trusting() })).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /redirected from https to http, to 127.0.0.1:\d+/),
    );
    expect(plain.requests).toEqual([]);
  });

  test('a redirect to https is followed', async () => {
    const secure = await serve({ isSecure: true });
    const server = await serve({ redirects: { count: 1, to: secure.url } });
    expect((await bytesOf(await open(server.url, { dispatcher: trusting() }))).equals(bytes)).toBe(true);
  });
});

describe('packed on the way', () => {
  test('by gzip: the bytes are handed on as they are', async () => {
    const server = await serve({ encoding: 'gzip' });
    const source = await open(server.url);
    expect((await bytesOf(source)).equals(gzipSync(bytes))).toBe(true);
  });

  test('as S3 says it was uploaded: it is not packed', async () => {
    const server = await serve({ encoding: 'aws-chunked' });
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
  });
});

describe('close ends a read at once', () => {
  test.each<[what: string, faults: HttpFaults]>([
    ['of an object that stalls', { stall: { afterBytes: 100_000, answers: [2] } }],
    ['of an object whose answer stalls', { stall: { afterBytes: 0, answers: [2] } }],
    ['of a stream that stalls', { etag: null, stall: { afterBytes: 100_000, answers: [2] } }],
    ['of a stream whose answer stalls', { etag: null, stall: { afterBytes: 0, answers: [2] } }],
    ['of a stream that waits before another try', { etag: null, busy: { requests: [2], retryAfter: '60' } }],
  ])('%s', async (_, faults) => {
    const server = await serve(faults);
    const source = await open(server.url, {
      patience: { sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }) },
    });
    await expectCloseEndsRead(source, server);
  });
});

describe('headers', () => {
  test.each([
    ['"abc"', '"abc"'],
    ['""', '""'],
    ['"5f-ab!#~"', '"5f-ab!#~"'],
    ['W/"abc"', undefined],
    ['abc', undefined],
    ['"a"b"', undefined],
    ['"a b"', undefined],
    [['"a"', '"b"'], undefined],
    [undefined, undefined],
  ])('ETag %j', (value, etagOfIt) => {
    expect(strongEtag({ etag: value })).toBe(etagOfIt);
  });

  test.each([
    ['bytes 0-0/10', { first: 0, last: 0, total: 10 }],
    ['Bytes 5-9/*', { first: 5, last: 9, total: undefined }],
    ['bytes 5-4/10', undefined],
    ['bytes 5-10/10', undefined],
    ['bytes */10', undefined],
    ['items 0-0/10', undefined],
    [undefined, undefined],
  ])('Content-Range %j', (value, range) => {
    expect(contentRange({ 'content-range': value })).toEqual(range);
  });

  test.each([
    [{ 'content-length': '12' }, 12],
    [{ 'content-length': '12', 'transfer-encoding': 'chunked' }, undefined],
    [{ 'content-length': '12, 12' }, undefined],
    [{}, undefined],
  ])('Content-Length %j', (headers, length) => {
    expect(contentLength(headers)).toBe(length);
  });

  test.each([
    [undefined, ''],
    ['identity', ''],
    ['GZIP', 'gzip'],
    ['aws-chunked,gzip', 'gzip'],
    [['gzip', 'br'], 'gzip, br'],
  ])('Content-Encoding %j', (value, encoding) => {
    expect(contentEncoding({ 'content-encoding': value })).toBe(encoding);
  });

  test.each([
    ['3', 3_000],
    ['600', 60_000],
    ['Thu, 01 Jan 1970 00:00:12 GMT', 2_000],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['soon', 0],
    ['-3', 0],
    [undefined, 0],
  ])('Retry-After %j', (value, ms) => {
    expect(retryAfterMs({ 'retry-after': value }, 10_000)).toBe(ms);
  });
});
