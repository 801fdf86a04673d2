import { createHash } from 'node:crypto';

/** One version of an object, as returned by a HEAD request. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  /** Null if the bucket does not keep versions. */
  readonly versionId: string | null;
  /** Includes the quotes. */
  readonly etag: string;
  /** Rounded to seconds by S3. */
  readonly lastModifiedMs: number;
  readonly sizeBytes: number;
}

/**
 * Returns the ID of the job that loads this version. Every loader computes the same ID. Uploading the same content again
 * creates a new job. The ID starts with the version's time so that listings are in order; no logic depends on it.
 */
export function getJobId({ bucket, key, versionId, etag, lastModifiedMs }: ObjectVersion): string {
  const version = versionId === null ? [etag, lastModifiedMs] : [versionId];
  const hash = createHash('sha256')
    .update(JSON.stringify([bucket, key, ...version]))
    .digest('hex');
  const time = new Date(lastModifiedMs).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `${time}Z-${hash.slice(0, 20)}`;
}

const jobIdPattern = /^\d{8}T\d{6}Z-[0-9a-f]{20}$/;

/** Checks whether a text has the format of a job ID. */
export function isJobId(text: string): boolean {
  return jobIdPattern.test(text);
}
