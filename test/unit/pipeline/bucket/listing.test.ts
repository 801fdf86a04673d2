import type { S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { listingOf, type Listing } from '../../../../src/pipeline/bucket/listing.ts';
import { refuseAsS3, s3At, serveByHand, type Answer, type ByHand } from '../jobs/by-hand.ts';

const clients: S3Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

async function listingThat(answer: Answer): Promise<ByHand & { listing: Listing; asked: ByHand['asked'] }> {
  const server = await serveByHand(answer);
  const client = s3At(server.endpoint);
  clients.push(client);
  return { ...server, listing: listingOf({ client, bucket: 'my-bucket', owner: '123456789012' }) };
}

/** Pages of a list, one for each request. */
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
const paramsOf = ({ asked }: ByHand, at: number): URLSearchParams =>
  new URL(asked[at]?.request.url ?? '', 'http://h').searchParams;

describe('a list of a bucket', () => {
  it('has the objects of all pages, their keys as they are', async () => {
    const there = await listingThat(
      pagesOf(entry('import/a+b%2B.csv') + entry('import/%C3%BC.csv'), entry('import/z')),
    );
    expect(await there.listing.objects('import/')).toEqual([
      { key: 'import/a b+.csv', ...about },
      { key: 'import/ü.csv', ...about },
      { key: 'import/z', ...about },
    ]);
    expect(Object.fromEntries(paramsOf(there, 1))).toMatchObject({
      ...{ prefix: 'import/', 'continuation-token': 'page 1', 'encoding-type': 'url' },
    });
    expect(there.asked.map(({ request }) => request.headers['x-amz-expected-bucket-owner'])).toEqual([
      '123456789012',
      '123456789012',
    ]);
  });

  it('has the folders of all pages, by their names', async () => {
    const folder = (name: string): string => `<CommonPrefixes><Prefix>state/jobs/${name}/</Prefix></CommonPrefixes>`;
    const there = await listingThat(pagesOf(folder('a') + folder('b+c'), folder('d')));
    expect(await there.listing.folders('state/jobs/')).toEqual(['a', 'b c', 'd']);
    expect(paramsOf(there, 0).get('delimiter')).toBe('/');
  });

  it.each([
    ['is found', entry('import/a.csv'), true],
    ['is not one whose key only begins so', entry('import/a.csv.gz'), false],
    ['may not be there', '', false],
  ])('one object of it %s, by one request', async (_, page, isThere) => {
    const there = await listingThat(pagesOf(page));
    expect(await there.listing.object('import/a.csv')).toEqual(isThere ? { key: 'import/a.csv', ...about } : undefined);
    expect(there.asked).toHaveLength(1);
    expect(paramsOf(there, 0).get('max-keys')).toBe('1');
  });

  it('that is not allowed is told with the permission it takes', async () => {
    const there = await listingThat((asked, response) => {
      refuseAsS3(asked, response, 403, 'AccessDenied');
    });
    await expect(there.listing.objects('import/')).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('s3:ListBucket on s3://my-bucket/import/') as string,
    });
  });
});
