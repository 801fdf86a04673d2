import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { toS3Error } from '../aws/s3-errors.ts';
import { statusOf } from '../aws/service-errors.ts';
import { settingsMetadata } from '../jobs/settings/settle.ts';
import type { ObjectVersion } from '../jobs/state/identity.ts';

/** Of an object's metadata: the SHA-256, in hex, of its content. */
export const contentMetadata = 'csv2ddb-content';

/** An object that is there, and what its metadata says. */
export interface FoundObject {
  readonly version: ObjectVersion;
  /** SHA-256, in hex, of the settings that it brought; undefined: the pipeline's default ones hold. */
  readonly settings: string | undefined;
  /** SHA-256, in hex, of its content, where whoever put it said so. */
  readonly content: string | undefined;
}

/** The newest version of an object; undefined where there is none. @throws LoaderError see `toS3Error` */
export async function findObject(
  client: S3Client,
  bucket: string,
  owner: string,
  key: string,
): Promise<FoundObject | undefined> {
  try {
    const answer = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: owner }));
    const { VersionId: id, ETag: etag, LastModified: modified, ContentLength: sizeBytes, Metadata: metadata } = answer;
    if (etag === undefined || modified === undefined || sizeBytes === undefined) {
      throw new Error(`the answer to HEAD ${key} lacks ETag, Last-Modified or Content-Length`);
    }
    // A bucket whose versions are suspended calls each of them `null`.
    const versionId = id === undefined || id === 'null' ? null : id;
    return {
      version: { bucket, key, versionId, etag, lastModifiedMs: modified.getTime(), sizeBytes },
      settings: metadata?.[settingsMetadata],
      content: metadata?.[contentMetadata],
    };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw toS3Error(error, { action: 'GetObject', source: `s3://${bucket}/${key}`, owner });
  }
}
