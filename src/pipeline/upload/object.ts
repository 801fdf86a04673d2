import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { toS3Error } from '../../aws/s3-errors.ts';
import { statusOf } from '../../aws/service-errors.ts';
import { versionIn } from '../bucket/s3-bucket.ts';
import { settingsMetadata } from '../jobs/settings/resolve-settings.ts';
import type { ObjectVersion } from '../state/identity.ts';

/** Where objects lie. */
export interface Place {
  readonly s3: S3Client;
  readonly bucket: string;
  /** Account that the bucket must belong to. */
  readonly owner: string;
}

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
export async function findObject({ s3, bucket, owner }: Place, key: string): Promise<FoundObject | undefined> {
  try {
    const answer = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: owner }));
    const { Metadata: metadata } = answer;
    return {
      version: versionIn(bucket, key, answer),
      settings: metadata?.[settingsMetadata],
      content: metadata?.[contentMetadata],
    };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw toS3Error(error, { action: 'GetObject', source: `s3://${bucket}/${key}`, owner });
  }
}
