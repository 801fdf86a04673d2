import type { S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { openListing, type Listing } from '../../../../src/pipeline/bucket/listing.ts';
import { refuseAsS3, s3At, startStubServer, type Answer, type StubServer } from '../jobs/stub-server.ts';

const clients: S3Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

async function listingWith(answer: Answer): Promise<StubServer & { listing: Listing; asked: StubServer['asked'] }> {
  const server = await startStubServer(answer);
  const client = s3At(server.endpoint);
  clients.push(client);
  return { ...server, listing: openListing({ client, bucket: 'my-bucket', owner: '123456789012' }) };
}

/** Returns one page of a listing for each request. */
const pagesOf =
  (...pages: readonly string[]): Answer =>
  (_, response, number) => {
    const token = number < pages.length ? `<NextContinuationToken>page ${number}</NextContinuationToken>` : '';
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(
      `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${token !== ''}</IsTruncated>` +
        `${token}${pages[number - 1] ?? ''}</ListBucketResult>`,
    );
  };

const entry = (key: string): string =>
  `<Contents><Key>${key}</Key><Size>12</Size><ETag>"1"</ETag><LastModified>2026-11-20T10:00:00.000Z</LastModified></Contents>`;
const about = { sizeBytes: 12, etag: '"1"', lastModifiedMs: Date.UTC(2026, 10, 20, 10) };
const paramsOf = ({ asked }: StubServer, at: number): URLSearchParams =>
  new URL(asked[at]?.request.url ?? '', 'http://h').searchParams;

describe('a listing of a bucket', () => {
  it('contains the objects of all pages with decoded keys', async () => {
    const server = await listingWith(
      pagesOf(entry('import/a+b%2B.csv') + entry('import/%C3%BC.csv'), entry('import/z')),
    );
    expect(await server.listing.listObjects('import/')).toEqual([
      { key: 'import/a b+.csv', ...about },
      { key: 'import/ü.csv', ...about },
      { key: 'import/z', ...about },
    ]);
    expect(Object.fromEntries(paramsOf(server, 1))).toMatchObject({
      prefix: 'import/',
      'continuation-token': 'page 1',
      'encoding-type': 'url',
    });
    expect(server.asked.map(({ request }) => request.headers['x-amz-expected-bucket-owner'])).toEqual([
      '123456789012',
      '123456789012',
    ]);
  });

  it('contains the names of the folders of all pages', async () => {
    const folder = (name: string): string => `<CommonPrefixes><Prefix>state/jobs/${name}/</Prefix></CommonPrefixes>`;
    const server = await listingWith(pagesOf(folder('a') + folder('b+c'), folder('d')));
    expect(await server.listing.listFolders('state/jobs/')).toEqual(['a', 'b c', 'd']);
    expect(paramsOf(server, 0).get('delimiter')).toBe('/');
  });

  it.each([
    ['finds an object', entry('import/a.csv'), true],
    ['ignores an object whose key only starts with the key', entry('import/a.csv.gz'), false],
    ['finds nothing if the object does not exist', '', false],
  ])('%s with one request', async (_, page, exists) => {
    const server = await listingWith(pagesOf(page));
    expect(await server.listing.findObject('import/a.csv')).toEqual(
      exists ? { key: 'import/a.csv', ...about } : undefined,
    );
    expect(server.asked).toHaveLength(1);
    expect(paramsOf(server, 0).get('max-keys')).toBe('1');
  });

  it('that is denied fails with the missing permission', async () => {
    const server = await listingWith((asked, response) => {
      refuseAsS3(asked, response, 403, 'AccessDenied');
    });
    await expect(server.listing.listObjects('import/')).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('s3:ListBucket on s3://my-bucket/import/') as string,
    });
  });
});
