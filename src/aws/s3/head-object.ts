import { HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { statusOf } from '../errors/sdk-error.ts';
import { throwS3Error, type BucketAccess } from './bucket-access.ts';

/** Requests the metadata of an object: of its latest version, or of a given one. @throws errors of the SDK */
export function headObject(
  { client, bucket, owner }: BucketAccess,
  key: string,
  version: { readonly VersionId?: string; readonly IfMatch?: string } = {},
): Promise<HeadObjectCommandOutput> {
  return client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: owner, ...version }));
}

/** Returns the latest version of an object and its metadata; undefined if it does not exist. @throws LoaderError see `toS3Error` */
export async function findObject(place: BucketAccess, key: string) {
  try {
    const head = await headObject(place, key);
    return { version: readVersion(place.bucket, key, head), metadata: head.Metadata ?? {} };
  } catch (error) {
    // The response to a HEAD request does not say whether the object or the bucket is missing.
    if (statusOf(error) === 404) return undefined;
    return throwS3Error(place, 'GetObject', key)(error);
  }
}

function readVersion(bucket: string, key: string, head: HeadObjectCommandOutput) {
  const { VersionId: version, ETag: etag, LastModified: modified, ContentLength: sizeBytes } = head;
  if (etag === undefined || modified === undefined || sizeBytes === undefined) {
    throw new Error(`the response to HEAD ${key} lacks ETag, Last-Modified or Content-Length`);
  }
  // A bucket with suspended versioning uses the version id `null`.
  const versionId = version === undefined || version === 'null' ? null : version;
  return { bucket, key, versionId, etag, lastModifiedMs: modified.getTime(), sizeBytes };
}
