import { S3Client } from '@aws-sdk/client-s3';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openS3Bucket } from '../../../../src/pipeline/bucket/s3-bucket.ts';
import { Store } from '../../../../src/pipeline/bucket/store.ts';
import type { PipelineBucket } from '../../../../src/pipeline/bucket/bucket.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string, number: number) => void;

let server: Server | undefined;
afterEach(() => {
  vi.restoreAllMocks();
  server?.closeAllConnections();
  server?.close();
});

/** Opens a bucket whose responses the test writes, and records the requests. */
async function bucketOf(
  answer: Answer,
  onDate?: (dateMs: number) => void,
): Promise<{ bucket: PipelineBucket; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  server = createServer((request, response) => {
    requests.push(request);
    void text(request).then((body) => {
      answer(request, response, body, requests.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  return {
    bucket: openS3Bucket({ client, name: 'b', owner: '123456789012', ...(onDate && { onDate: onDate }) }),
    requests,
  };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>by hand</Message></Error>`);
}

describe('the bucket of the pipeline', () => {
  it('returns a state with its age by the clock of S3', async () => {
    const dates: number[] = [];
    const { bucket, requests } = await bucketOf(
      (_, response) => {
        response.writeHead(200, {
          etag: '"1"',
          'last-modified': 'Fri, 20 Nov 2026 10:00:00 GMT',
          date: 'Fri, 20 Nov 2026 10:01:30 GMT',
        });
        response.end('{}');
      },
      (dateMs) => dates.push(dateMs),
    );
    expect(await bucket.get('state/x')).toEqual({ body: '{}', etag: '"1"', ageMs: 90_000 });
    expect(dates).toEqual([Date.UTC(2026, 10, 20, 10, 1, 30)]);
    expect(requests[0]?.headers['x-amz-expected-bucket-owner']).toBe('123456789012');
  });

  it('returns undefined for an object that does not exist', async () => {
    const { bucket } = await bucketOf((_, response) => {
      refuse(response, 404, 'NoSuchKey');
    });
    expect(await bucket.get('state/x')).toBeUndefined();
    expect(await bucket.findLatest('import/x')).toBeUndefined();
  });

  it.each([
    ['that the object does not exist', { ifNoneMatch: true } as const, 'if-none-match', '*'],
    ['that the object has not changed', { ifMatch: '"1"' } as const, 'if-match', '"1"'],
  ])('puts on the condition %s', async (_, condition, header, value) => {
    const { bucket, requests } = await bucketOf((_request, response) => {
      response.writeHead(200, { etag: '"2"' });
      response.end();
    });
    expect(await bucket.put('state/x', '{}', condition)).toEqual({ etag: '"2"' });
    expect(requests[0]?.headers[header]).toBe(value);
  });

  it.each([
    ['412 if the condition does not hold', 412, 'PreconditionFailed', { ifNoneMatch: true } as const],
    ['412 if the object has changed', 412, 'PreconditionFailed', { ifMatch: '"1"' } as const],
    ['404 if the object was deleted', 404, 'NoSuchKey', { ifMatch: '"1"' } as const],
  ])('returns undefined after %s', async (_, status, code, condition) => {
    const { bucket, requests } = await bucketOf((_request, response) => {
      refuse(response, status, code);
    });
    expect(await bucket.put('state/x', '{}', condition)).toBeUndefined();
    expect(requests).toHaveLength(1);
  });

  it('retries a PUT after a conflict (409)', async () => {
    const { bucket, requests } = await bucketOf((_, response, _body, number) => {
      if (number < 3) {
        refuse(response, 409, 'ConditionalRequestConflict');
        return;
      }
      response.writeHead(200, { etag: '"2"' });
      response.end();
    });
    expect(await bucket.put('state/x', '{}', { ifMatch: '"1"' })).toEqual({ etag: '"2"' });
    expect(requests).toHaveLength(3);
  });

  it('gives up a PUT after 8 retries', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { bucket, requests } = await bucketOf((_, response) => {
      refuse(response, 409, 'ConditionalRequestConflict');
    });
    await expect(bucket.put('state/x', '{}', { ifMatch: '"1"' })).rejects.toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      message: 's3:PutObject on s3://b/state/x failed: ConditionalRequestConflict: by hand',
    });
    expect(requests).toHaveLength(9);
  });

  it('reports a PUT that S3 refuses', async () => {
    const { bucket } = await bucketOf((_, response) => {
      refuse(response, 400, 'InvalidRequest');
    });
    await expect(bucket.put('state/x', '{}', { ifNoneMatch: true })).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      message: 's3:PutObject on s3://b/state/x was refused: InvalidRequest: by hand',
    });
  });

  it('lists the keys of all pages', async () => {
    const { bucket, requests } = await bucketOf((request, response) => {
      const isSecond = request.url?.includes('continuation-token=more') === true;
      response.writeHead(200, { 'content-type': 'application/xml' });
      const more = isSecond
        ? '<IsTruncated>false</IsTruncated>'
        : '<IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>';
      const key = isSecond ? 'state/open/b' : 'state/open/a';
      response.end(
        `<?xml version="1.0"?><ListBucketResult>${more}<Contents><Key>${key}</Key></Contents></ListBucketResult>`,
      );
    });
    expect(await bucket.list('state/open/')).toEqual(['state/open/a', 'state/open/b']);
    expect(requests).toHaveLength(2);
  });

  it('of a different account is refused', async () => {
    const { bucket } = await bucketOf((_, response) => {
      refuse(response, 403, 'AccessDenied');
    });
    const refused = {
      code: 'ACCESS_DENIED',
      hint: expect.stringContaining('must belong to account 123456789012 (--bucket-owner)') as string,
    };
    await expect(bucket.get('state/x')).rejects.toMatchObject(refused);
    await expect(bucket.put('state/x', '{}', { ifNoneMatch: true })).rejects.toMatchObject(refused);
    await expect(bucket.findLatest('import/x')).rejects.toMatchObject({
      ...refused,
      message: 's3:GetObject on s3://b/import/x is not allowed',
    });
  });

  it('reports a missing s3:ListBucket permission, without which S3 answers 403 for unknown keys', async () => {
    const message = 'User: u is not authorized to perform: s3:ListBucket on resource: b';
    const { bucket } = await bucketOf((_, response) => {
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`);
    });
    await expect(bucket.get('state/x')).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: `s3:ListBucket on s3://b/state/x is not allowed: ${message}`,
      hint: expect.stringContaining('Allow s3:ListBucket on the bucket') as string,
    });
  });

  it.each([
    ['undefined', undefined, null],
    ['null because versioning is suspended', 'null', null],
    ['set', 'v1', 'v1'],
  ])('returns the latest version of an object whose version ID is %s', async (_, version, versionId) => {
    const { bucket } = await bucketOf((_request, response) => {
      response.writeHead(200, {
        etag: '"1"',
        'content-length': 7,
        'last-modified': 'Fri, 20 Nov 2026 10:00:00 GMT',
        ...(version && { 'x-amz-version-id': version }),
      });
      response.end();
    });
    expect(await bucket.findLatest('import/a +%.csv')).toEqual({
      bucket: 'b',
      key: 'import/a +%.csv',
      versionId,
      etag: '"1"',
      lastModifiedMs: Date.UTC(2026, 10, 20, 10),
      sizeBytes: 7,
    });
  });
});

describe('a state whose first response was lost', () => {
  /** Stores each PUT if its condition holds. The response to the first PUT is lost. */
  async function storeWithLoss(onPut: (put: number, body: string) => string): Promise<Store> {
    let stored: { body: string; etag: string } | undefined;
    let puts = 0;
    const { bucket } = await bucketOf((request, response, body) => {
      if (request.method === 'GET') {
        if (stored === undefined) {
          refuse(response, 404, 'NoSuchKey');
          return;
        }
        response.writeHead(200, { etag: stored.etag, 'last-modified': 'Fri, 20 Nov 2026 10:00:00 GMT' });
        response.end(stored.body);
        return;
      }
      puts++;
      const matches =
        request.headers['if-match'] === undefined ? stored === undefined : stored?.etag === request.headers['if-match'];
      if (matches) stored = { body: onPut(puts, body), etag: `"${puts}"` };
      if (puts === 1) request.socket.destroy();
      else if (!matches) refuse(response, 412, 'PreconditionFailed');
      else {
        response.writeHead(200, { etag: stored?.etag });
        response.end();
      }
    });
    let tokens = 0;
    return new Store(bucket, () => `token ${tokens++}`);
  }

  it('is recognised by its token', async () => {
    const store = await storeWithLoss((_, body) => body);
    const created = await store.create('state/x', { n: 1 });
    expect(created).toMatchObject({ state: { n: 1 }, etag: '"1"' });
    expect(await store.replace('state/x', created as NonNullable<typeof created>, { n: 2 })).toMatchObject({
      state: { n: 2 },
    });
  });

  it('is not mistaken for the state of another loader', async () => {
    const store = await storeWithLoss((put, body) => (put === 1 ? body.replace('token 0', 'other') : body));
    expect(await store.create('state/x', { n: 1 })).toBeUndefined();
  });
});
