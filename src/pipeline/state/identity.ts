import { createHash } from 'node:crypto';

/** One version of an object, as a HEAD shows it. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  /** Null where the bucket keeps no versions. */
  readonly versionId: string | null;
  /** With its quotes. */
  readonly etag: string;
  /** Whole seconds: S3 tells no more. */
  readonly lastModifiedMs: number;
  readonly sizeBytes: number;
}

/**
 * Name of the job that loads this version: the same for whoever works it out. The same content put again is another job.
 * It begins with the version's time, so that lists of jobs are in order; nothing is decided by that.
 */
export function jobIdOf({ bucket, key, versionId, etag, lastModifiedMs }: ObjectVersion): string {
  const version = versionId === null ? [etag, lastModifiedMs] : [versionId];
  const hash = createHash('sha256')
    .update(JSON.stringify([bucket, key, ...version]))
    .digest('hex');
  const time = new Date(lastModifiedMs).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `${time}Z-${hash.slice(0, 20)}`;
}

const jobIds = /^\d{8}T\d{6}Z-[0-9a-f]{20}$/;

/** Whether a text looks like the name of a job. */
export function isJobId(text: string): boolean {
  return jobIds.test(text);
}
