import { afterEach, describe, expect, it } from 'vitest';
import { openObjectVersion, type VersionedObject } from '../../../../../src/load/source/remote/s3.ts';
import type { Source } from '../../../../../src/load/source/source.ts';
import { refuseAsS3, s3At, startStubServer, type Answer, type Asked } from '../../../pipeline/jobs/stub-server.ts';
import { bytesOf } from '../reading.ts';

const bytes = Buffer.from('id,name\n1,Zoë\n2,Ada\n');
const owner = '123456789012';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function openSource(
  answer: Answer,
  more: Partial<VersionedObject> = {},
  endBytes?: number,
): Promise<{ source: Source; asked: readonly Asked[] }> {
  const { endpoint, asked } = await startStubServer(answer);
  const client = s3At(endpoint);
  const object = { client, bucket: 'b', key: 'import/a +.csv', versionId: null, etag: '"1"', owner };
  const source = openObjectVersion({ ...object, sizeBytes: bytes.length, ...more }, endBytes);
  closers.push(
    () => {
      client.destroy();
    },
    () => source.close(),
  );
  return { source, asked };
}

/** Responds with the requested bytes. */
const respondWithRange: Answer = ({ request }, response) => {
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const piece = bytes.subarray(Number(first), Number(last) + 1);
  response.writeHead(206, {
    etag: '"1"',
    'content-length': piece.length,
    'content-range': `bytes ${first}-${last}/${bytes.length}`,
  });
  response.end(piece);
};

describe('a version of an object', () => {
  it.each([
    ['by its id', 'v+1', 'v+1'],
    ['by its ETag in an unversioned bucket', null, null],
  ])('is read %s, from a bucket of the expected account', async (_, versionId, asked) => {
    const opened = await openSource(respondWithRange, { versionId });
    expect(opened.asked, 'no request is sent before the read').toEqual([]);
    expect((await bytesOf(opened.source)).equals(bytes)).toBe(true);
    for (const { request } of opened.asked) {
      const url = new URL(request.url ?? '', 'http://s3');
      expect(decodeURIComponent(url.pathname)).toBe('/b/import/a +.csv');
      expect(url.searchParams.get('versionId')).toBe(asked);
      expect(request.headers).toMatchObject({ 'if-match': '"1"', 'x-amz-expected-bucket-owner': owner });
    }
  });

  it('is read up to the end of a range', async () => {
    const { source, asked } = await openSource(respondWithRange, {}, 14);
    expect(source.storedBytes).toBe(14);
    expect((await bytesOf(source, 8)).toString()).toBe(bytes.subarray(8, 14).toString());
    expect(asked.map(({ request }) => request.headers.range)).toEqual(['bytes=8-13']);
    // The identity does not depend on the range.
    expect(await source.identify(0)).toEqual({ kind: 'object', sizeBytes: bytes.length, etag: '"1"' });
  });

  it.each([
    ['deleted', 404, 'NoSuchKey', 'SOURCE_UNREADABLE', undefined],
    ['deleted while others exist', 404, 'NoSuchVersion', 'SOURCE_UNREADABLE', undefined],
    ['replaced', 412, 'PreconditionFailed', 'SOURCE_CHANGED', undefined],
    ['in a bucket of another account', 403, 'AccessDenied', 'ACCESS_DENIED', `must belong to account ${owner}`],
  ] as const)('that is %s makes the read fail', async (_, status, name, code, hint) => {
    const { source } = await openSource((asked, response) => {
      refuseAsS3(asked, response, status, name);
    });
    const error: unknown = await bytesOf(source).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    if (hint !== undefined) expect(error).toHaveProperty('hint', expect.stringContaining(hint));
  });
});
