import { LoaderError } from '../../../errors.ts';

/** What an `s3://` name stands for. */
export interface S3Name {
  readonly bucket: string;
  /** As it was written: nothing in it is decoded. Empty for the bucket as a whole. */
  readonly key: string;
  /** Whether all objects below the key are meant. */
  readonly isPrefix: boolean;
}

/**
 * `s3://BUCKET/KEY`, or `s3://BUCKET/PREFIX/` and `s3://BUCKET` for all objects below.
 * @throws LoaderError USAGE where the name has no valid bucket
 */
export function parseS3Name(name: string): S3Name {
  // Buckets made before 2018 may have capitals and underscores, and up to 255 characters (S3 User Guide, "Bucket naming rules").
  const match = /^s3:\/\/([A-Za-z\d._-]{3,255})(?:\/(.*))?$/is.exec(name);
  if (match === null) {
    throw new LoaderError('USAGE', `${name} does not name an object of S3`, {
      place: { source: name },
      hint: 'Write it as s3://BUCKET/KEY, or s3://BUCKET/PREFIX/ for all objects below.',
    });
  }
  const [, bucket = '', key = ''] = match;
  return { bucket, key, isPrefix: key === '' || key.endsWith('/') };
}
