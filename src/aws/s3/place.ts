import type { S3Client } from '@aws-sdk/client-s3';
import { toS3Error, type S3Action } from '../errors/s3.ts';

/** A bucket, and the client that it is asked with. */
export interface BucketPlace {
  readonly client: S3Client;
  readonly bucket: string;
  /** Account that the bucket must belong to; undefined: any. */
  readonly owner?: string | undefined;
  /** Whether it is the pipeline's own; see `S3Doing`. */
  readonly isPipeline?: boolean;
}

/**
 * For `catch`: throws what an error of a call about a key, or a prefix of keys, comes to (see `toS3Error`).
 * @param source As messages name it; default `s3://BUCKET/KEY`.
 */
export function failing(
  { bucket, owner, isPipeline }: BucketPlace,
  action: S3Action,
  key: string,
  source = `s3://${bucket}/${key}`,
): (error: unknown) => never {
  return (error) => {
    throw toS3Error(error, { action, source, owner, pipelineBucket: isPipeline === true ? bucket : undefined });
  };
}
