import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { toS3Error } from '../aws/s3-errors.ts';
import { jobName, jobFolder, taskOf, tasksFolder } from '../jobs/bucket/names.ts';
import type { Store } from '../jobs/bucket/store.ts';
import type { JobState } from '../jobs/state/job.ts';
import type { TaskName, TaskState } from '../jobs/state/task.ts';

/** All that lies there of a job. */
export interface Sighting {
  /** Undefined: it has not begun. */
  readonly job: JobState | undefined;
  readonly tasks: ReadonlyMap<TaskName, TaskState>;
  /** Another one whenever any of its states has changed. */
  readonly mark: string;
}

/** A pipeline's bucket, to be read. */
export interface Place {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly owner: string;
  readonly store: Store;
}

/**
 * Looks at a job again and again: one list a look, and what has changed since the last one.
 * @throws LoaderError see `toS3Error`
 */
export function watchJob({ s3, bucket, owner, store }: Place, id: string): () => Promise<Sighting> {
  const folder = jobFolder(id);
  const tasksAt = tasksFolder(id);
  let known = new Map<string, { readonly etag: string; readonly state: unknown }>();

  async function list(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const pages = paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: folder, ExpectedBucketOwner: owner });
    try {
      for await (const { Contents: objects = [] } of pages) {
        for (const { Key: key, ETag: etag } of objects) if (key !== undefined) found.set(key, etag ?? '');
      }
    } catch (error) {
      throw toS3Error(error, { action: 'ListBucket', source: `s3://${bucket}/${folder}`, owner });
    }
    return found;
  }

  return async () => {
    const found = await list();
    const now: typeof known = new Map();
    for (const [key, etag] of found) {
      const before = known.get(key);
      const isState = key === jobName(id) || key.startsWith(tasksAt);
      if (before?.etag === etag) now.set(key, before);
      else now.set(key, { etag, state: isState ? (await store.read(key))?.state : undefined });
    }
    known = now;
    return {
      job: now.get(jobName(id))?.state as JobState | undefined,
      tasks: new Map(
        [...now].flatMap(([key, { state }]) =>
          key.startsWith(tasksAt) && state !== undefined ? [[taskOf(key), state as TaskState] as const] : [],
        ),
      ),
      mark: [...found].map(([key, etag]) => `${key} ${etag}`).join('\n'),
    };
  };
}
