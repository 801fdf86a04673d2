import { LoaderError } from '../../../errors.ts';

/** A parsed `s3://` URI. */
export interface S3Uri {
  readonly bucket: string;
  /** The key as written, without decoding. Empty for the whole bucket. */
  readonly key: string;
  /** Whether the key is a prefix of all objects to load. */
  readonly isPrefix: boolean;
}

/**
 * Parses `s3://BUCKET/KEY`, or `s3://BUCKET/PREFIX/` and `s3://BUCKET` for all objects with that prefix.
 * @throws LoaderError USAGE if the bucket name is invalid.
 */
export function parseS3Uri(name: string): S3Uri {
  // Bucket names from before 2018 may have capitals, underscores and 255 characters (S3 User Guide, "Bucket naming
  // rules").
  const match = /^s3:\/\/([A-Za-z\d._-]{3,255})(?:\/(.*))?$/is.exec(name);
  if (match === null) {
    throw new LoaderError('USAGE', `${name} is not a valid S3 URI`, {
      place: { source: name },
      hint: 'Write it as s3://BUCKET/KEY, or s3://BUCKET/PREFIX/ for all objects with that prefix.',
    });
  }
  const [, bucket = '', key = ''] = match;
  return { bucket, key, isPrefix: key === '' || key.endsWith('/') };
}
