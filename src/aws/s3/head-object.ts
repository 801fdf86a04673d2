import { HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { statusOf } from '../errors/sdk-error.ts';
import { failing, type BucketPlace } from './place.ts';

/** A HEAD of an object: of its newest version, or of the one that is named. @throws what the SDK throws */
export function headObject(
  { client, bucket, owner }: BucketPlace,
  key: string,
  version: { readonly VersionId?: string; readonly IfMatch?: string } = {},
): Promise<HeadObjectCommandOutput> {
  return client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: owner, ...version }));
}

/** The newest version of an object, and its metadata; undefined where there is none. @throws LoaderError see `toS3Error` */
export async function findObject(place: BucketPlace, key: string) {
  try {
    const answer = await headObject(place, key);
    return { version: versionIn(place.bucket, key, answer), metadata: answer.Metadata ?? {} };
  } catch (error) {
    // The answer to a HEAD does not say whether it is the bucket that is not there.
    if (statusOf(error) === 404) return undefined;
    return failing(place, 'GetObject', key)(error);
  }
}

function versionIn(bucket: string, key: string, answer: HeadObjectCommandOutput) {
  const { VersionId: version, ETag: etag, LastModified: modified, ContentLength: sizeBytes } = answer;
  if (etag === undefined || modified === undefined || sizeBytes === undefined) {
    throw new Error(`the answer to HEAD ${key} lacks ETag, Last-Modified or Content-Length`);
  }
  // A bucket whose versions are suspended calls each of them `null`.
  const versionId = version === undefined || version === 'null' ? null : version;
  return { bucket, key, versionId, etag, lastModifiedMs: modified.getTime(), sizeBytes };
}
