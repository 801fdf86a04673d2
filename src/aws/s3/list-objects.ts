import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { percentDecode } from '../net/basic-auth.ts';
import { throwS3Error, type BucketAccess } from './bucket-access.ts';

/** The latest version of an object in a listing. Some endpoints omit properties. */
export interface BucketObject {
  readonly key: string;
  readonly sizeBytes: number | undefined;
  /** Without quotes on some endpoints. */
  readonly etag: string | undefined;
  readonly lastModifiedMs: number | undefined;
  readonly storageClass: string | undefined;
}

/** One page of a listing. */
export interface ListedPage {
  readonly objects: readonly BucketObject[];
  /** Prefixes that end with the delimiter. */
  readonly folders: readonly string[];
}

export interface ListOptions {
  /** Name of the listing for messages. Default: `s3://BUCKET/PREFIX`. */
  readonly source?: string;
  /** Keys that contain it after the prefix are grouped into folders. */
  readonly delimiter?: '/';
  /** Objects and folders in a page. Default: 1,000. */
  readonly maxKeys?: number;
}

/** Returns all objects below a prefix, sorted by the bytes of their keys. See `listPages`. */
export async function listObjects(place: BucketAccess, prefix: string, options?: ListOptions): Promise<BucketObject[]> {
  const all: BucketObject[] = [];
  for await (const { objects } of listPages(place, prefix, options)) all.push(...objects);
  return all;
}

/**
 * Lists the objects below a prefix, page by page, sorted by the bytes of their keys. Requires s3:ListBucket.
 * @throws LoaderError ACCESS_DENIED, SOURCE_UNREADABLE … (see `toS3Error`)
 */
export async function* listPages(
  place: BucketAccess,
  prefix: string,
  { source, delimiter, maxKeys }: ListOptions = {},
): AsyncGenerator<ListedPage, undefined, void> {
  const { client, bucket, owner } = place;
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      ExpectedBucketOwner: owner,
      Prefix: prefix || undefined,
      Delimiter: delimiter,
      MaxKeys: maxKeys,
      ContinuationToken: token,
      // Without it, a key with a control character makes the XML invalid.
      EncodingType: 'url',
    });
    const page = await client.send(command).catch(throwS3Error(place, 'ListBucket', prefix, source));
    // Form encoding: a space becomes a plus.
    const decode = (text: string): string =>
      page.EncodingType === 'url' ? percentDecode(text.replaceAll('+', ' ')) : text;
    const objects = (page.Contents ?? []).map(({ Key: key = '', Size, ETag, LastModified, StorageClass }) => ({
      key: decode(key),
      sizeBytes: Size,
      etag: ETag,
      lastModifiedMs: LastModified?.getTime(),
      storageClass: StorageClass,
    }));
    yield {
      objects: objects.filter(({ key }) => key !== ''),
      folders: (page.CommonPrefixes ?? []).map(({ Prefix: folder = '' }) => decode(folder)),
    };
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}
