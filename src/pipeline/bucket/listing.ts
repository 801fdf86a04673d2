import { ListObjectsV2Command, type ListObjectsV2CommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { toS3Error } from '../../aws/s3-errors.ts';
import { percentDecoded } from '../../aws/net/basic.ts';

/** An object as a listing has it: of its versions the newest. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** With its quotes. */
  readonly etag: string;
  readonly lastModifiedMs: number;
}

/** What can be listed of a bucket. It takes s3:ListBucket. All of it throws as `toS3Error` says. */
export interface Listing {
  /** All below a prefix, in the order of the bytes of their keys. */
  objects(prefix: string): Promise<readonly ListedObject[]>;
  /** The object of a key. */
  object(key: string): Promise<ListedObject | undefined>;
  /** Names of the folders right below a prefix, which ends in `/`; without it. */
  folders(prefix: string): Promise<readonly string[]>;
}

/** @param owner account that the bucket must belong to */
export function listingOf(client: S3Client, bucket: string, owner: string): Listing {
  async function* pages(prefix: string, more: { Delimiter?: string } = {}): AsyncGenerator<ListObjectsV2CommandOutput> {
    let token: string | undefined;
    do {
      const answer = await page(prefix, { ...more, ContinuationToken: token });
      yield answer;
      token = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async function page(
    prefix: string,
    more: { Delimiter?: string; ContinuationToken?: string | undefined; MaxKeys?: number },
  ): Promise<ListObjectsV2CommandOutput> {
    // Else a key with a control character makes an answer that is no XML.
    const about = { Bucket: bucket, Prefix: prefix, ExpectedBucketOwner: owner, EncodingType: 'url' } as const;
    try {
      return await client.send(new ListObjectsV2Command({ ...about, ...more }));
    } catch (error) {
      throw toS3Error(error, { action: 'ListBucket', source: `s3://${bucket}/${prefix}`, owner });
    }
  }

  return {
    async objects(prefix) {
      const found: ListedObject[] = [];
      for await (const answer of pages(prefix)) found.push(...objectsIn(answer));
      return found;
    },
    async object(key) {
      // Of those whose keys begin so it is the first.
      return objectsIn(await page(key, { MaxKeys: 1 })).find((object) => object.key === key);
    },
    async folders(prefix) {
      const found: string[] = [];
      for await (const { CommonPrefixes: folders = [], EncodingType: encoding } of pages(prefix, { Delimiter: '/' })) {
        for (const { Prefix: folder = '' } of folders) found.push(decoded(folder, encoding).slice(prefix.length, -1));
      }
      return found;
    },
  };
}

function objectsIn({ Contents: contents = [], EncodingType: encoding }: ListObjectsV2CommandOutput): ListedObject[] {
  return contents.flatMap(({ Key: key, Size: sizeBytes = 0, ETag: etag = '', LastModified: modified }) =>
    key === undefined || modified === undefined
      ? []
      : [{ key: decoded(key, encoding), sizeBytes, etag, lastModifiedMs: modified.getTime() }],
  );
}

/** Encoded as forms are: a space is a plus. */
function decoded(text: string, encoding: string | undefined): string {
  return encoding === 'url' ? percentDecoded(text.replaceAll('+', ' ')) : text;
}
