import type { S3Client } from '@aws-sdk/client-s3';
import { toS3Error, type S3Action } from '../errors/s3.ts';

/** A bucket and the client to access it. */
export interface BucketAccess {
  readonly client: S3Client;
  readonly bucket: string;
  /** Account that must own the bucket; undefined: any account. */
  readonly owner?: string | undefined;
  /** Whether the bucket belongs to the pipeline; see `S3Call`. */
  readonly isPipelineBucket?: boolean;
}

/**
 * Returns a handler for `catch` that throws the translated error (see `toS3Error`).
 * @param key Key or prefix of the call.
 * @param source Name for messages. Default: `s3://BUCKET/KEY`.
 */
export function throwS3Error(
  { bucket, owner, isPipelineBucket }: BucketAccess,
  action: S3Action,
  key: string,
  source = `s3://${bucket}/${key}`,
): (error: unknown) => never {
  return (error) => {
    throw toS3Error(error, { action, source, owner, pipelineBucket: isPipelineBucket === true ? bucket : undefined });
  };
}
