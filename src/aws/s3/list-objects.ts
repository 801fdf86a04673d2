import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { percentDecoded } from '../net/basic.ts';
import { failing, type BucketPlace } from './place.ts';

/** An object as a listing has it: of its versions the newest. Some endpoints leave things out. */
export interface BucketObject {
  readonly key: string;
  readonly sizeBytes: number | undefined;
  /** Some endpoints leave its quotes away. */
  readonly etag: string | undefined;
  readonly lastModifiedMs: number | undefined;
  readonly storageClass: string | undefined;
}

/** A part of a listing. */
export interface ListedPage {
  readonly objects: readonly BucketObject[];
  /** Prefixes up to the delimiter, which they end in. */
  readonly folders: readonly string[];
}

export interface ListOptions {
  /** What the listing is of, for messages; default `s3://BUCKET/PREFIX`. */
  readonly source?: string;
  /** Keys with it behind the prefix become folders. */
  readonly delimiter?: '/';
  /** Objects and folders of a page; default 1,000. */
  readonly maxKeys?: number;
}

/** All objects below a prefix, in the order of the bytes of their keys. See `listPages`. */
export async function listObjects(place: BucketPlace, prefix: string, options?: ListOptions): Promise<BucketObject[]> {
  const found: BucketObject[] = [];
  for await (const { objects } of listPages(place, prefix, options)) found.push(...objects);
  return found;
}

/**
 * Lists what is below a prefix, page by page, in the order of the bytes of the keys. It takes s3:ListBucket.
 * @throws LoaderError ACCESS_DENIED, SOURCE_UNREADABLE … (see `toS3Error`)
 */
export async function* listPages(
  place: BucketPlace,
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
      // Else a key with a control character makes an answer that is no XML.
      EncodingType: 'url',
    });
    const page = await client.send(command).catch(failing(place, 'ListBucket', prefix, source));
    // Encoded as forms are: a space is a plus.
    const decoded = (text: string): string =>
      page.EncodingType === 'url' ? percentDecoded(text.replaceAll('+', ' ')) : text;
    const objects = (page.Contents ?? []).map(({ Key: key = '', Size, ETag, LastModified, StorageClass }) => ({
      key: decoded(key),
      sizeBytes: Size,
      etag: ETag,
      lastModifiedMs: LastModified?.getTime(),
      storageClass: StorageClass,
    }));
    yield {
      objects: objects.filter(({ key }) => key !== ''),
      folders: (page.CommonPrefixes ?? []).map(({ Prefix: folder = '' }) => decoded(folder)),
    };
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}
