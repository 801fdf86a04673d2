import { Buffer } from 'node:buffer';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, describe, expect, test } from 'vitest';
import { LoaderError, type ErrorCode } from '../../../../../src/errors.ts';
import type { RetrySettings } from '../../../../../src/load/source/remote/retry-policy.ts';
import { parseS3Uri } from '../../../../../src/load/source/remote/s3-uri.ts';
import { openS3 } from '../../../../../src/load/source/remote/s3.ts';
import type { Source } from '../../../../../src/load/source/source.ts';
import { etagOf } from '../../../../helpers/sources/http-source.ts';
import { below, random } from '../../../../helpers/random.ts';
import { type S3Faults, type S3Refusal, type S3Source, startS3Source } from '../../../../helpers/sources/s3-source.ts';
import { fastRetries } from './fast-retries.ts';
import { bytesOf, expectCloseEndsRead, loaderError } from '../reading.ts';

const bytes = Buffer.from(Array.from({ length: 30_000 }, (_, line) => `${String(line).padStart(8, '0')},\n`).join(''));
const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

// Suppresses the warning of the SDK about old Node.js versions.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

interface Place {
  readonly server: S3Source;
  readonly objects: Map<string, Buffer>;
  readonly open: (name: string, retrySettings?: Partial<RetrySettings>) => Promise<Source[]>;
  readonly one: (name?: string, retrySettings?: Partial<RetrySettings>) => Promise<Source>;
}

/** Creates the bucket `letters` with these objects, and a client for it. */
async function bucket(
  content: Readonly<Record<string, Buffer | string>> = { 'a.csv': bytes },
  faults: S3Faults = {},
  config: S3ClientConfig = {},
): Promise<Place> {
  const objects = new Map(Object.entries(content).map(([key, body]) => [key, Buffer.from(body)]));
  const server = await startS3Source('letters', objects, faults);
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: server.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    ...config,
  });
  closers.push(
    () => server.close(),
    () => {
      client.destroy();
    },
  );
  const open = async (name: string, retrySettings?: Partial<RetrySettings>): Promise<Source[]> => {
    const sources = await openS3(name, client, fastRetries(retrySettings));
    closers.push(...sources.map((source) => () => source.close()));
    return sources;
  };
  return {
    server,
    objects,
    open,
    async one(name = 's3://letters/a.csv', retrySettings = {}) {
      const [source, ...others] = await open(name, retrySettings);
      if (source === undefined || others.length > 0) throw new Error('not one source');
      return source;
    },
  };
}

describe('an object', () => {
  test('is identified by size and ETag, and requested with them', async () => {
    const { server, one } = await bucket();
    const source = await one();
    expect(source).toMatchObject({ name: 's3://letters/a.csv', baseName: 'a.csv', storedBytes: bytes.length });
    const identity = await source.identify(0);
    expect(identity).toEqual({ kind: 'object', sizeBytes: bytes.length, etag: etagOf(bytes) });
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD']);
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
    expect(server.requests.at(-1)?.headers).toMatchObject({
      'if-match': etagOf(bytes),
      range: `bytes=0-${bytes.length - 1}`,
    });
    expect((await bytesOf(await one(), 123_456, identity)).equals(bytes.subarray(123_456))).toBe(true);
  });

  test('without bytes is an empty source', async () => {
    const { one } = await bucket({ 'a.csv': '' });
    const source = await one();
    expect(source.storedBytes).toBe(0);
    expect((await bytesOf(source)).length).toBe(0);
    for await (const chunk of source.head()) expect.unreachable(chunk.toString());
  });

  test.each([
    'a b+c%20d.csv',
    'what?.csv',
    'a#b.csv',
    'é/😀/ß.csv',
    'a//b',
    '/a',
    './a',
    'a/../b.csv',
    "it's (1)!*.csv",
    '%',
    '&<>".csv',
    'A=1/x.csv',
  ])('with the key %j is opened without decoding, alone and from a listing', async (key) => {
    const { open, one } = await bucket({ [key]: 'a,b\n', 'other%20': '', what: '', 'a b c d.csv': '' });
    expect((await bytesOf(await one(`s3://letters/${key}`))).toString()).toBe('a,b\n');
    const listed = (await open('s3://letters')).find(({ name }) => name === `s3://letters/${key}`);
    expect(listed === undefined ? undefined : (await bytesOf(listed)).toString()).toBe('a,b\n');
  });

  test.each([21, 22, 23, 24])(
    'yields all bytes once and in order, wherever the connection breaks (seed %i)',
    async (seed) => {
      const rand = random(seed);
      const { server, one } = await bucket(undefined, {
        cutAfter: (length) => (rand() < 0.85 ? below(Math.min(length, 60_000) + 1, rand) : undefined),
        reset: [3, 6],
        refuse: { requests: (number) => number === 4 || number === 5, error: { status: 503, code: 'SlowDown' } },
      });
      const source = await one(undefined, { maxAttempts: 50 });
      const offset = below(100_000, rand);
      expect((await bytesOf(source, offset)).equals(bytes.subarray(offset))).toBe(true);
      expect(server.requests.length).toBeGreaterThan(3);
    },
  );

  test('is read even if responses are shorter than requested', async () => {
    const { one } = await bucket(undefined, { rangeBytes: 100_000 });
    expect((await bytesOf(await one())).equals(bytes)).toBe(true);
  });

  test('with a checksum is read, and head leaves no connection open', async () => {
    const headers = { 'x-amz-checksum-crc32': 'AAAAAA==' };
    const unchecked = await bucket(undefined, { headers }, { responseChecksumValidation: 'WHEN_REQUIRED' });
    expect((await bytesOf(await unchecked.one())).equals(bytes)).toBe(true);
    const { server, one } = await bucket(undefined, { headers });
    const source = await one();
    for await (const chunk of source.read(0)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await expect.poll(() => server.underWay(), { interval: 10 }).toBe(0);
  });

  test('is requested by head in chunks of 64 KiB over the same connection', async () => {
    const { server, one } = await bucket();
    for (let index = 0; index < 10; index++) {
      for await (const chunk of (await one()).head()) {
        expect(chunk.equals(bytes.subarray(0, 65_536))).toBe(true);
        break;
      }
    }
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=0-65535');
    expect(await server.connections()).toBe(1);
  });

  test('is requested again when it stalls', async () => {
    const { server, one } = await bucket(undefined, { stall: { afterBytes: 50_000, answers: [1] } });
    expect((await bytesOf(await one(undefined, { idleTimeoutMs: 200 }))).equals(bytes)).toBe(true);
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=0-299999',
      'bytes=50000-299999',
    ]);
    expect(server.underWay()).toBe(0);
  });

  test('cannot be read after ten failed attempts', async () => {
    const { one } = await bucket(undefined, { cutAfter: (_, number) => (number === 1 ? 70_000 : 0) });
    await expect(bytesOf(await one())).rejects.toThrow(
      loaderError(
        'SOURCE_UNREADABLE',
        /^cannot read s3:\/\/letters\/a.csv from byte \d+: .* \(10 attempts\)$/,
        /--resume/,
      ),
    );
  });

  test.each<[what: string, faults: S3Faults, message: RegExp]>([
    ['replaced', {}, /a different version replaced it/],
    ['replaced, without support for conditions', { ignoreIfMatch: true }, /its ETag was "\w+" and is now "\w+"/],
  ])('that is %s during the read makes the read fail', async (_, faults, message) => {
    const { objects, one } = await bucket(undefined, {
      ...faults,
      cutAfter: (__, number) => (number === 1 ? 100_000 : undefined),
      before: (number) => {
        if (number === 3) objects.set('a.csv', Buffer.from(bytes).fill('x', 0, 1));
      },
    });
    await expect(bytesOf(await one())).rejects.toThrow(loaderError('SOURCE_CHANGED', message, /copy/));
  });

  test('that now ends before the requested offset makes the read fail', async () => {
    const { objects, one } = await bucket(undefined, { ignoreIfMatch: true });
    const source = await one();
    objects.set('a.csv', bytes.subarray(0, 10));
    await expect(bytesOf(source, 1_000)).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /it had 300000 bytes and now ends before byte 1001/),
    );
  });

  test('makes the read fail if a wrong range is returned', async () => {
    const { one } = await bucket(undefined, { lie: 'start' });
    const source = await one();
    for await (const chunk of source.head()) {
      expect(chunk.length).toBe(65_536);
      break;
    }
    await expect(bytesOf(source, 1_000)).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /from byte 1000: the server returned a different range/),
    );
  });

  test.each<[what: string, faults: S3Faults]>([
    ['that stalls', { stall: { afterBytes: 100_000, answers: [1] } }],
    ['whose response stalls', { stall: { afterBytes: 0, answers: [1] } }],
    ['that is busy', { refuse: { requests: (number) => number > 1, error: { status: 503, code: 'SlowDown' } } }],
  ])('%s is closed at once', async (_, faults) => {
    const { server, one } = await bucket(undefined, faults);
    const source = await one();
    await expectCloseEndsRead(source, server);
  });
});

describe('a prefix', () => {
  const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`in/${24 - index}.csv`, `${index}\n`]));

  test('opens all objects with it, sorted by the bytes of their keys', async () => {
    const keys = ['in/b.csv', 'in/a/z.csv', 'in/a.csv', 'in/\u{1f600}.csv', 'in/\uffee.csv', 'in/B.csv'];
    const { server, open } = await bucket({
      ...Object.fromEntries(keys.map((key) => [key, key])),
      'in/': '',
      'in/a/': '',
      'in2/c.csv': 'x',
      in: 'x',
    });
    const sources = await open('s3://letters/in/');
    const sorted = ['in/B.csv', 'in/a.csv', 'in/a/z.csv', 'in/b.csv', 'in/\uffee.csv', 'in/\u{1f600}.csv'];
    expect(sources.map(({ name }) => name)).toEqual(sorted.map((key) => `s3://letters/${key}`));
    expect(sources.map(({ baseName }) => baseName)).toEqual([
      'B.csv',
      'a.csv',
      'z.csv',
      'b.csv',
      '\uffee.csv',
      '\u{1f600}.csv',
    ]);
    expect(server.requests).toHaveLength(1);
    for (const [index, source] of sources.entries()) expect((await bytesOf(source)).toString()).toBe(sorted[index]);
  });

  test('is listed page by page', async () => {
    const { server, open } = await bucket(many, { pageKeys: 10 });
    expect(await open('s3://letters/in/')).toHaveLength(25);
    expect(server.requests).toHaveLength(3);
  });

  test('gives an object the same identity as when it is opened alone', async () => {
    const { open, one } = await bucket();
    const [listed] = await open('s3://letters/');
    expect(await listed?.identify(0)).toEqual(await (await one()).identify(0));
  });

  test.each(['s3://letters', 's3://letters/', 'S3://letters/'])('%s opens the whole bucket', async (name) => {
    const { open } = await bucket(many);
    expect(await open(name)).toHaveLength(25);
  });

  test.each<[what: string, content: Record<string, string>]>([
    ['no objects', {}],
    ['only a folder object', { 'in/': '' }],
    ['only an object of that name', { in: 'x' }],
  ])('with %s is an error', async (_, content) => {
    const { open } = await bucket(content);
    await expect(open('s3://letters/in/')).rejects.toThrow(
      loaderError(
        'SOURCE_UNREADABLE',
        /^cannot read s3:\/\/letters\/in\/: no objects have this prefix$/,
        /trailing slash/,
      ),
    );
  });

  test('reports archived objects before any object is read', async () => {
    const content = { 'in/a.csv': 'a', 'in/b.csv': 'b' };
    const lost = await bucket(content, { storageClass: 'GLACIER', headers: { 'x-amz-storage-class': 'GLACIER' } });
    await expect(lost.open('s3://letters/in/')).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /s3:\/\/letters\/in\/a.csv: it is archived/, /Restore/),
    );
    const restored = await bucket(content, {
      storageClass: 'GLACIER',
      headers: {
        'x-amz-storage-class': 'GLACIER',
        'x-amz-restore': 'ongoing-request="false", expiry-date="…"'.replace('…', 'Fri, 21 Dec 2030 00:00:00 GMT'),
      },
    });
    expect(await restored.open('s3://letters/in/')).toHaveLength(2);
  });
});

describe('openS3 fails', () => {
  type Case = [what: string, refusal: S3Refusal, code: ErrorCode, message: RegExp, hint: RegExp];
  const cases: Case[] = [
    [
      'no permission',
      { status: 403, code: 'AccessDenied' },
      'ACCESS_DENIED',
      /^s3:GetObject on s3:\/\/letters\/a.csv is not allowed: AccessDenied/,
      /s3:GetObject.*s3:ListBucket/,
    ],
    [
      'no permission to list',
      {
        status: 403,
        code: 'AccessDenied',
        message: 'User: u is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::letters"',
      },
      'SOURCE_UNREADABLE',
      /the object does not exist, or access to it is denied/,
      /s3:ListBucket/,
    ],
    ['a 403 without a reason', { status: 403, code: '', body: '' }, 'ACCESS_DENIED', /not allowed/, /s3:GetObject/],
    [
      'no object',
      { status: 404, code: 'NoSuchKey' },
      'SOURCE_UNREADABLE',
      /^cannot read s3:\/\/letters\/a.csv: the object does not exist$/,
      /s3:\/\/letters\/a.csv\//,
    ],
    ['no bucket', { status: 404, code: 'NoSuchBucket' }, 'SOURCE_UNREADABLE', /the bucket does not exist/, /name/],
    [
      'a different region',
      { status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-west-1' } },
      'SOURCE_UNREADABLE',
      /its bucket is in region eu-west-1/,
      /--region eu-west-1/,
    ],
    [
      'an unknown region',
      { status: 301, code: 'PermanentRedirect' },
      'SOURCE_UNREADABLE',
      /in a different region/,
      /--region/,
    ],
    [
      'a wrong region in the signature',
      { status: 400, code: 'AuthorizationHeaderMalformed', headers: { 'x-amz-bucket-region': 'eu-west-1' } },
      'SOURCE_UNREADABLE',
      /eu-west-1/,
      /--region eu-west-1/,
    ],
    [
      'an expired token',
      { status: 400, code: 'ExpiredToken' },
      'CREDENTIALS_INVALID',
      /rejected the credentials/,
      /Renew/,
    ],
    [
      'an unknown key',
      { status: 403, code: 'InvalidAccessKeyId', message: 'AKID does not exist' },
      'CREDENTIALS_INVALID',
      /^AWS rejected the credentials$/,
      /Renew/,
    ],
    [
      'a wrong signature',
      { status: 403, code: 'SignatureDoesNotMatch' },
      'CREDENTIALS_INVALID',
      /rejected the credentials/,
      /Renew/,
    ],
    ['a wrong clock', { status: 403, code: 'RequestTimeTooSkewed' }, 'CLOCK_SKEWED', /clock/, /NTP/],
    ['an archive', { status: 403, code: 'InvalidObjectState' }, 'SOURCE_UNREADABLE', /archived/, /Restore/],
    [
      'SSE-C',
      { status: 400, code: 'InvalidRequest', message: 'The object was stored using a form of Server Side Encryption.' },
      'SOURCE_UNREADABLE',
      /InvalidRequest: The object was stored using/,
      /^/,
    ],
    [
      'a server that is always busy',
      { status: 503, code: 'SlowDown' },
      'RETRIES_EXHAUSTED',
      /s3:GetObject on s3:\/\/letters\/a.csv failed/,
      /minutes/,
    ],
    [
      'a server other than S3',
      { status: 400, code: '', body: 'this is no <XML' },
      'REQUEST_REFUSED',
      /is not S3: .*\(HTTP 400\)/,
      /--endpoint-url/,
    ],
    [
      'a web page',
      { status: 405, code: '', body: '<!DOCTYPE html><html><body><p>Method not allowed<br></body></html>' },
      'REQUEST_REFUSED',
      /is not S3: .*\(HTTP 405\)/,
      /--endpoint-url/,
    ],
  ];

  test.each(cases)('to open an object with %s', async (_, error, code, message, hint) => {
    const { open } = await bucket(undefined, { refuse: { requests: () => true, error } });
    const failure = await open('s3://letters/a.csv').catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ name: 'LoaderError', code, message: expect.stringMatching(message) as string });
    if (hint.source !== '^') expect(failure).toMatchObject({ hint: expect.stringMatching(hint) as string });
    expect(JSON.stringify(failure)).not.toMatch(/AKID|secret/);
  });

  test.each(cases.filter(([, { status }]) => status < 500))(
    'to read an object with %s',
    async (_, error, code, message) => {
      const { one } = await bucket(undefined, { refuse: { requests: (number) => number > 1, error } });
      await expect(bytesOf(await one())).rejects.toMatchObject({
        name: 'LoaderError',
        code,
        message: expect.stringMatching(message) as string,
      });
    },
  );

  test.each<[Case[0], S3Refusal, ErrorCode, RegExp]>([
    [
      'no permission',
      { status: 403, code: 'AccessDenied' },
      'ACCESS_DENIED',
      /^s3:ListBucket on s3:\/\/letters\/in\/ is not allowed/,
    ],
    [
      'no bucket',
      { status: 404, code: 'NoSuchBucket' },
      'SOURCE_UNREADABLE',
      /^cannot read s3:\/\/letters\/in\/: the bucket does not exist/,
    ],
    [
      'a web page',
      { status: 200, code: '', body: '<!DOCTYPE html><html><body><p>Hello<br></body></html>' },
      'REQUEST_REFUSED',
      /is not S3: .*\(HTTP 200\)/,
    ],
  ])('to list objects with %s', async (_, error, code, message) => {
    const { open } = await bucket(undefined, { refuse: { requests: () => true, error } });
    await expect(open('s3://letters/in/')).rejects.toThrow(loaderError(code, message));
  });

  test('if nothing listens at the endpoint', async () => {
    const { open } = await bucket(undefined, {}, { endpoint: 'http://127.0.0.1:1', maxAttempts: 1 });
    await expect(open('s3://letters/a.csv')).rejects.toThrow(
      loaderError('ENDPOINT_UNREACHABLE', /cannot reach 127.0.0.1:1/),
    );
  });

  test('if a proxy refuses, but not if it is unreachable for a moment', async () => {
    const { server, one } = await bucket();
    const proxyError = (more: object): LoaderError =>
      Object.assign(
        new LoaderError('ENDPOINT_UNREACHABLE', 'the proxy p:1 does not answer', { hint: 'Check p.' }),
        more,
      );
    const thrown = [proxyError({ $retryable: {} }), proxyError({ $retryable: {} }), proxyError({})];
    const handler = new NodeHttpHandler();
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: server.endpoint,
      forcePathStyle: true,
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
      maxAttempts: 1,
      requestHandler: {
        handle: (...args: Parameters<NodeHttpHandler['handle']>) => {
          const error = args[0].method === 'GET' ? thrown.shift() : undefined;
          return error === undefined ? handler.handle(...args) : Promise.reject(error);
        },
      },
    });
    closers.push(() => {
      handler.destroy();
    });
    const source = (await openS3('s3://letters/a.csv', client, fastRetries()))[0] ?? (await one());
    await expect(bytesOf(source)).rejects.toThrow(
      loaderError('ENDPOINT_UNREACHABLE', /^the proxy p:1 does not answer$/),
    );
    expect(thrown).toEqual([]);
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
  });

  test('without credentials', async () => {
    const { open } = await bucket(
      undefined,
      {},
      {
        credentials: () => Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' })),
      },
    );
    await expect(open('s3://letters/in/')).rejects.toThrow(loaderError('CREDENTIALS_INVALID', /no AWS credentials/));
  });

  test('without a region', async () => {
    const { open } = await bucket(
      undefined,
      {},
      { region: (): Promise<string> => Promise.reject(new Error('Region is missing')) },
    );
    await expect(open('s3://letters/a.csv')).rejects.toThrow(loaderError('REGION_MISSING', /no AWS region/));
  });
});

describe('parseS3Name', () => {
  test.each([
    ['s3://abc/k', 'abc', 'k', false],
    ['s3://abc/a/b?c#d%20+', 'abc', 'a/b?c#d%20+', false],
    ['s3://abc//k', 'abc', '/k', false],
    ['s3://abc/a\nb', 'abc', 'a\nb', false],
    ['s3://abc/a/', 'abc', 'a/', true],
    ['s3://abc/', 'abc', '', true],
    ['s3://abc', 'abc', '', true],
    ['S3://My_Bucket.2/k', 'My_Bucket.2', 'k', false],
  ])('parses %j', (name, bucketName, key, isPrefix) => {
    expect(parseS3Uri(name)).toEqual({ bucket: bucketName, key, isPrefix });
  });

  test.each(['s3://', 's3:///key', 's3://ab/key', 's3://a bucket/key', 's3://user:p@abc/key'])('rejects %j', (name) => {
    expect(() => parseS3Uri(name)).toThrow(loaderError('USAGE', /is not a valid S3 URI$/, /s3:\/\/BUCKET\/KEY/));
  });
});
