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
import type { RetrySettings } from '../../../../../src/load/source/remote/retry-policy.ts';
import { ObjectSource } from '../../../../../src/load/source/remote/object-source.ts';
import type { Source } from '../../../../../src/load/source/source.ts';
import { StreamSource } from '../../../../../src/load/source/stream-source.ts';
import {
  getContentEncoding,
  getContentLength,
  getContentRange,
  getRetryAfterMs,
  getStrongEtag,
} from '../../../../../src/load/source/remote/response-headers.ts';
import { openUrl } from '../../../../../src/load/source/remote/url.ts';
import {
  basic,
  etagOf,
  type HttpFaults,
  type HttpSource,
  startHttpSource,
} from '../../../../helpers/sources/http-source.ts';
import { below, random } from '../../../../helpers/random.ts';
import { fastRetries } from './fast-retries.ts';
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
  more: { compression?: Compression; retrySettings?: Partial<RetrySettings>; dispatcher?: Agent } = {},
): Promise<Source> {
  const dispatcher = more.dispatcher ?? new Agent();
  if (more.dispatcher === undefined) closers.push(() => dispatcher.destroy());
  const source = await openUrl(url, {
    dispatcher,
    compression: more.compression ?? 'auto',
    retrySettings: fastRetries(more.retrySettings),
  });
  closers.push(() => source.close());
  return source;
}

/** Returns the Range headers of all requests. */
function ranges(server: HttpSource): (string | undefined)[] {
  return server.requests.map(({ headers }) => headers.range);
}

describe('a server with a strong ETag', () => {
  test('is opened as an object with a GET of the first byte', async () => {
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
    ['with ranges of at most 10,000 bytes', { rangeBytes: 10_000 }, 300_000],
    ['with one byte', {}, 1],
    ['with an empty file', {}, 0],
    ['with an empty file, without ranges', { ranges: false }, 0],
  ])('is read and resumed at an offset, %s', async (_, faults, length) => {
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

  test('is resumed with a range of the same version', async () => {
    const server = await serve({ cutAfter: (length) => (length > 100_000 ? 100_000 : undefined) });
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
    expect(server.requests.length).toBeGreaterThanOrEqual(4);
    for (const { headers } of server.requests.slice(2)) {
      expect(headers).toMatchObject({ 'if-match': etag, range: expect.stringMatching(/^bytes=[1-9]\d*-$/) as string });
    }
  });

  test.each([11, 12, 13, 14, 15, 16])(
    'yields all bytes once and in order, wherever the connection breaks (seed %i)',
    async (seed) => {
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
      const source = await open(server.url, { retrySettings: { maxAttempts: 50 } });
      const offset = below(100_000, rand);
      expect((await bytesOf(source, offset)).equals(bytes.subarray(offset))).toBe(true);
      expect(server.requests.length).toBeGreaterThan(4);
    },
  );

  test('is requested again when it stalls', async () => {
    const server = await serve({ stall: { afterBytes: 50_000, answers: [2] } });
    const source = await open(server.url, { retrySettings: { idleTimeoutMs: 200 } });
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
    expect(ranges(server)).toEqual(['bytes=0-0', undefined, 'bytes=50000-']);
  });

  test('is requested again after Retry-After when it is busy', async () => {
    const server = await serve({ busy: { requests: [1, 2, 4], status: 429, retryAfter: '7' } });
    const retrySettings = fastRetries();
    const dispatcher = new Agent();
    closers.push(() => dispatcher.destroy());
    const source = await openUrl(server.url, { dispatcher, compression: 'auto', retrySettings });
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
    expect(retrySettings.waits).toEqual([7_000, 7_000, 7_000]);
  });

  test('makes the read fail at a broken connection if it has no ranges', async () => {
    const server = await serve({ ranges: false, cutAfter: (_, number) => (number === 2 ? 100_000 : undefined) });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /from byte \d+: .*, and the server does not support range requests/, /--resume/),
    );
    expect(server.requests).toHaveLength(2);
  });

  test('makes the read fail after ten attempts', async () => {
    const server = await serve({ cutAfter: (_, number) => (number === 1 ? undefined : number === 2 ? 70_000 : 0) });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /from byte \d+: .* \(10 attempts\)/, /--resume/),
    );
    expect(server.requests).toHaveLength(11);
  });

  test.each<[what: string, faults: HttpFaults, message: RegExp]>([
    ['a different version', {}, /a different version replaced it/],
    [
      'a different version, without support for conditions',
      { ignoreIfMatch: true },
      /its ETag was "\w+" and is now "\w+"/,
    ],
    ['a different version, without ranges', { ranges: false }, /its ETag was "\w+" and is now "\w+"/],
    [
      'another size under the same ETag',
      { change: { fromRequest: 2, bytes: bytes.subarray(1), keepEtag: true } },
      /it had 300000 bytes and now has 299999/,
    ],
  ])('makes the read fail if it serves %s', async (_, faults, message) => {
    const other = Buffer.from(bytes);
    other[0] = 0x31;
    const server = await serve({ change: { fromRequest: 2, bytes: other }, ...faults });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
  });

  test('makes the read fail if the file changes during the read', async () => {
    const other = Buffer.from(bytes);
    other[0] = 0x31;
    const server = await serve({
      change: { fromRequest: 3, bytes: other },
      cutAfter: (length) => (length > 100_000 ? 100_000 : undefined),
    });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /changed while csv2ddb was reading it: a different version replaced it/, /copy/),
    );
  });

  test('makes the read fail if the file now ends before the requested offset', async () => {
    const server = await serve({
      change: { fromRequest: 3, bytes: bytes.subarray(0, 10), keepEtag: true },
      cutAfter: (length) => (length > 100_000 ? 100_000 : undefined),
    });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /it had 300000 bytes and now ends before byte \d+/),
    );
  });

  test.each(['start', 'whole'] as const)('makes the read fail if it returns a wrong range (%s)', async (lie) => {
    const server = await serve({ lie });
    await expect(bytesOf(await open(server.url), 1_000)).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /from byte 1000: the server returned a different range than requested/),
    );
  });

  test('is not requested if a resume expects a different version', async () => {
    const before = { kind: 'object', sizeBytes: 300_000, etag: '"before"' } as const;
    const server = await serve();
    await expect(bytesOf(await open(server.url), 5, before)).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /differs from the source of the earlier run: its ETag was "before"/, /--restart/),
    );
    expect(server.requests).toHaveLength(1);
  });

  test('is requested in chunks of 64 KiB by head', async () => {
    const server = await serve();
    for await (const chunk of (await open(server.url)).head()) {
      expect(chunk.equals(bytes.subarray(0, 65_536))).toBe(true);
      break;
    }
    expect(ranges(server)).toEqual(['bytes=0-0', 'bytes=0-65535']);
  });

  test('uses one connection for several sources, and none while they are not read', async () => {
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
  ])('is opened as a stream: %s', async (_, faults, storedBytes) => {
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

  test('yields decompressed bytes', async () => {
    const server = await serve({ etag: null }, gzipSync(bytes));
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
    expect((await bytesOf(await open(server.url, { compression: 'none' }))).equals(gzipSync(bytes))).toBe(true);
  });

  test('is requested again until the body starts', async () => {
    const server = await serve({ etag: null, busy: { requests: [2, 3] }, reset: [4] });
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
  });

  test.each<[what: string, faults: HttpFaults]>([
    ['shorter than its length', { etag: null, cutAfter: (_, number) => (number === 1 ? undefined : 100_000) }],
    ['without its last chunk', { etag: null, ranges: false, chunked: 'unfinished' }],
    ['stalled', { etag: null, stall: { afterBytes: 100_000, answers: [2] } }],
  ])('makes the read fail if the body is %s', async (_, faults) => {
    const server = await serve(faults);
    const source = await open(server.url, { retrySettings: { idleTimeoutMs: 1_500 } });
    await expect(bytesOf(source)).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /from byte [1-9]\d*: .*the server sends no ETag/, /--resume/),
    );
  });
});

describe('openUrl fails', () => {
  test.each<[what: string, faults: HttpFaults, message: RegExp, hint: RegExp]>([
    ['401', { auth: 'u:p' }, /requires authentication \(HTTP 401\)/, /USER:PASSWORD/],
    ...([403, 404, 410, 400, 204, 418, 300] as const).map((status): [string, HttpFaults, RegExp, RegExp] => [
      String(status),
      { busy: { requests: [1], status } },
      new RegExp(`HTTP ${status}`),
      status === 403 || status === 400 ? /presigned/ : /URL/,
    ]),
    [
      'busy for ever',
      { busy: { requests: Array.from({ length: 20 }, (_, index) => index + 1) } },
      /HTTP 503 \(10 attempts\)/,
      /server/,
    ],
    ['a connection that is always reset', { reset: [1, 2, 3, 4, 5] }, /\(3 attempts\)/, /network/],
    ['br encoding', { encoding: 'br' }, /Content-Encoding br is not supported/, /file/],
    ['gzip and br encoding', { encoding: 'gzip, br' }, /Content-Encoding gzip, br is not supported/, /file/],
  ])('with %s', async (_, faults, message, hint) => {
    const server = await serve(faults);
    const opened = open(`${server.url}?token=secret`);
    await expect(opened).rejects.toThrow(loaderError('SOURCE_UNREADABLE', message, hint));
    await expect(opened).rejects.toThrow(/^cannot read http:\/\/127.0.0.1:\d+\/people.csv: (?!.*secret)/);
  });

  test('later, during the read, if the URL has expired', async () => {
    const server = await serve({
      busy: { requests: [3], status: 403 },
      cutAfter: (length) => (length > 100_000 ? 100_000 : undefined),
    });
    await expect(bytesOf(await open(server.url))).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /denied access \(HTTP 403\)/, /presigned URL if this one has expired/),
    );
  });

  test.each<[string, RegExp]>([
    ['http://user:secret@[::1', /^http:\/\/\[::1 is not a valid URL$/],
    ['http://', /is not a valid URL$/],
    ['https://h:99999/?secret', /^https:\/\/h:99999\/ is not a valid URL$/],
  ])('with the invalid URL %s', async (url, message) => {
    await expect(open(url)).rejects.toThrow(loaderError('USAGE', message));
  });

  test.each(['http://127.0.0.1:1/a.csv?secret', 'http://user:secret@nowhere.invalid/a.csv'])(
    'if nothing listens at %s',
    async (url) => {
      await expect(open(url)).rejects.toThrow(
        loaderError(
          'SOURCE_UNREADABLE',
          /^cannot read http:\/\/[\w.:]+\/a.csv: .*(ECONNREFUSED|ENOTFOUND|EAI_AGAIN).*\(3 attempts\)$/,
        ),
      );
    },
  );
});

describe('a proxy', () => {
  async function openThrough(proxy: string, url: string): Promise<Source> {
    const dispatcher = makeDispatcher({ http_proxy: proxy, https_proxy: proxy });
    closers.push(() => dispatcher.destroy());
    return openUrl(url, { dispatcher, compression: 'auto', retrySettings: fastRetries() });
  }

  test.each<[string, string, ErrorCode, RegExp, RegExp]>([
    [
      'http://127.0.0.1:1',
      'https://example.com/a.csv',
      'SOURCE_UNREADABLE',
      /^cannot read https:\/\/example.com\/a.csv: cannot reach the proxy 127.0.0.1:1 \(\w+\) \(3 attempts\)$/,
      /https_proxy/i,
    ],
    ['socks5://127.0.0.1:1', 'http://example.com/a.csv', 'USAGE', /http_proxy/i, /./],
  ])('%s makes openUrl fail for %s: %s', async (proxy, url, code, message, hint) => {
    await expect(openThrough(proxy, url)).rejects.toThrow(loaderError(code, message, hint));
  });

  test('that refuses the tunnel makes openUrl fail at once', async () => {
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
  test.each([301, 302, 303, 307, 308])(
    'with status %i are followed, each time from the original URL',
    async (status) => {
      const server = await serve({ redirects: { count: 3, status } });
      expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
      expect(server.requests.map(({ path }) => path)).toEqual(
        [0, 1].flatMap(() => ['/people.csv', '/people.csv?hop=1', '/people.csv?hop=2', '/people.csv?hop=3']),
      );
      expect(server.requests.every(({ headers, method }) => method === 'GET' && 'user-agent' in headers)).toBe(true);
    },
  );

  test('keep the range and the condition', async () => {
    const server = await serve({
      redirects: { count: 1 },
      cutAfter: (length) => (length > 200_000 ? 200_000 : undefined),
    });
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
    expect(server.requests.at(-1)).toMatchObject({ path: '/people.csv?hop=1', headers: { 'if-match': etag } });
    expect(server.requests.at(-1)?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test('send user and password to the original host only', async () => {
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
    ['/again', 99, /redirects more than 10 times/],
    ['ftp://h/a.csv', 1, /redirects to an unsupported URL, ftp:/],
    ['http://[', 1, /redirects to an invalid URL/],
  ])('to %s are not followed', async (to, count, message) => {
    const server = await serve({ redirects: { count, to } });
    await expect(open(server.url)).rejects.toThrow(loaderError('SOURCE_UNREADABLE', message));
  });
});

describe('TLS', () => {
  const ca = readFileSync(new URL('../../../../fixtures/tls/certificate.pem', import.meta.url));

  function trusting(): Agent {
    const dispatcher = new Agent({ connect: { ca } });
    closers.push(() => dispatcher.destroy());
    return dispatcher;
  }

  test('is supported', async () => {
    const server = await serve({ isSecure: true });
    expect((await bytesOf(await open(server.url, { dispatcher: trusting() }))).equals(bytes)).toBe(true);
  });

  test('makes openUrl fail at once if the certificate is not trusted', async () => {
    const server = await serve({ isSecure: true });
    await expect(open(server.url)).rejects.toThrow(
      loaderError(
        'SOURCE_UNREADABLE',
        /the certificate of 127.0.0.1:\d+ is not trusted \(\w+\)$/,
        /NODE_EXTRA_CA_CERTS/,
      ),
    );
  });

  test('does not follow a redirect to http', async () => {
    const plain = await serve();
    const server = await serve({ isSecure: true, redirects: { count: 1, to: plain.url } });
    await expect(open(server.url, { dispatcher: trusting() })).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /redirects from https to http on 127.0.0.1:\d+/),
    );
    expect(plain.requests).toEqual([]);
  });

  test('follows a redirect to https', async () => {
    const secure = await serve({ isSecure: true });
    const server = await serve({ redirects: { count: 1, to: secure.url } });
    expect((await bytesOf(await open(server.url, { dispatcher: trusting() }))).equals(bytes)).toBe(true);
  });
});

describe('Content-Encoding', () => {
  test('gzip leaves the bytes compressed', async () => {
    const server = await serve({ encoding: 'gzip' });
    const source = await open(server.url);
    expect((await bytesOf(source)).equals(gzipSync(bytes))).toBe(true);
  });

  test('aws-chunked is ignored', async () => {
    const server = await serve({ encoding: 'aws-chunked' });
    expect((await bytesOf(await open(server.url))).equals(bytes)).toBe(true);
  });
});

describe('close ends a read at once', () => {
  test.each<[what: string, faults: HttpFaults]>([
    ['of an object that stalls', { stall: { afterBytes: 100_000, answers: [2] } }],
    ['of an object whose response stalls', { stall: { afterBytes: 0, answers: [2] } }],
    ['of a stream that stalls', { etag: null, stall: { afterBytes: 100_000, answers: [2] } }],
    ['of a stream whose response stalls', { etag: null, stall: { afterBytes: 0, answers: [2] } }],
    ['of a stream that waits before a retry', { etag: null, busy: { requests: [2], retryAfter: '60' } }],
  ])('%s', async (_, faults) => {
    const server = await serve(faults);
    const source = await open(server.url, {
      retrySettings: { sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }) },
    });
    await expectCloseEndsRead(source, server);
  });
});

describe('response headers', () => {
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
  ])('getStrongEtag reads %j', (value, etagOfIt) => {
    expect(getStrongEtag({ etag: value })).toBe(etagOfIt);
  });

  test.each([
    ['bytes 0-0/10', { first: 0, last: 0, total: 10 }],
    ['Bytes 5-9/*', { first: 5, last: 9, total: undefined }],
    ['bytes 5-4/10', undefined],
    ['bytes 5-10/10', undefined],
    ['bytes */10', undefined],
    ['items 0-0/10', undefined],
    [undefined, undefined],
  ])('getContentRange reads %j', (value, range) => {
    expect(getContentRange({ 'content-range': value })).toEqual(range);
  });

  test.each([
    [{ 'content-length': '12' }, 12],
    [{ 'content-length': '12', 'transfer-encoding': 'chunked' }, undefined],
    [{ 'content-length': '12, 12' }, undefined],
    [{}, undefined],
  ])('getContentLength reads %j', (headers, length) => {
    expect(getContentLength(headers)).toBe(length);
  });

  test.each([
    [undefined, ''],
    ['identity', ''],
    ['GZIP', 'gzip'],
    ['aws-chunked,gzip', 'gzip'],
    [['gzip', 'br'], 'gzip, br'],
  ])('getContentEncoding reads %j', (value, encoding) => {
    expect(getContentEncoding({ 'content-encoding': value })).toBe(encoding);
  });

  test.each([
    ['3', 3_000],
    ['600', 60_000],
    ['Thu, 01 Jan 1970 00:00:12 GMT', 2_000],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['soon', 0],
    ['-3', 0],
    [undefined, 0],
  ])('getRetryAfterMs reads %j', (value, ms) => {
    expect(getRetryAfterMs({ 'retry-after': value }, 10_000)).toBe(ms);
  });
});
