import { Buffer } from 'node:buffer';
import { ListObjectsV2Command, type ListObjectsV2CommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { toS3Error } from '../../../aws/s3-errors.ts';
import { percentDecoded } from '../../../aws/net/basic.ts';

/** An object as a listing has it. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number | undefined;
  readonly etag: string | undefined;
  readonly storageClass: string | undefined;
}

/**
 * All objects whose keys begin with the prefix, in the order of the bytes of their keys, without the empty ones that
 * consoles make to stand for folders.
 * @param source as the user named it, for messages
 * @throws LoaderError ACCESS_DENIED, SOURCE_UNREADABLE … (see `toS3Error`)
 */
export async function listObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
  source: string,
): Promise<ListedObject[]> {
  const found: { bytes: Buffer; object: ListedObject }[] = [];
  let token: string | undefined;
  do {
    const page = await listPage(client, bucket, prefix, token, source);
    for (const { Key, Size, ETag, StorageClass } of page.Contents ?? []) {
      if (Key === undefined) continue;
      // Encoded as forms are: a space is a plus.
      const key = page.EncodingType === 'url' ? percentDecoded(Key.replaceAll('+', ' ')) : Key;
      if (key.endsWith('/') && Size === 0) continue;
      const object = { key, sizeBytes: Size, etag: ETag, storageClass: StorageClass };
      found.push({ bytes: Buffer.from(key), object });
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return found.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ object }) => object);
}

async function listPage(
  client: S3Client,
  bucket: string,
  prefix: string,
  token: string | undefined,
  source: string,
): Promise<ListObjectsV2CommandOutput> {
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    ...(prefix !== '' && { Prefix: prefix }),
    ...(token !== undefined && { ContinuationToken: token }),
    // Else a key with a control character makes an answer that is no XML.
    EncodingType: 'url',
  });
  try {
    return await client.send(command);
  } catch (error) {
    throw toS3Error(error, { action: 'ListBucket', source });
  }
}
