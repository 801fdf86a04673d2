import type { S3Client } from '@aws-sdk/client-s3';
import { findObject as findHead } from '../../aws/s3/head-object.ts';
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
  const head = await findHead({ client: s3, bucket, owner }, key);
  if (head === undefined) return undefined;
  const { version, metadata } = head;
  return { version, settings: metadata[settingsMetadata], content: metadata[contentMetadata] };
}
