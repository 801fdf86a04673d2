import pLimit from 'p-limit';
import { jobKey, jobFolder, parseTaskKey, tasksFolder } from '../bucket/keys.ts';
import type { ConnectedPipeline } from '../connect.ts';
import type { JobState } from '../state/job.ts';
import type { TaskName, TaskState } from '../state/task.ts';
import { maxReadsInFlight } from '../status/read-job.ts';

/** The stored state of a job at one moment. */
export interface JobSnapshot {
  /** Undefined: the job has not started. */
  readonly job: JobState | undefined;
  readonly tasks: ReadonlyMap<TaskName, TaskState>;
  /** Time since the first snapshot was requested. */
  readonly watchedMs: number;
  /** Time since any of its states changed. */
  readonly unchangedMs: number;
}

/**
 * Returns a function that reads the state of a job. Each call lists its objects and reads those that changed since the last one.
 * @throws LoaderError see `toS3Error`
 */
export function watchJob(
  { listing, store }: Pick<ConnectedPipeline, 'listing' | 'store'>,
  id: string,
): () => Promise<JobSnapshot> {
  const folder = jobFolder(id);
  const tasksPrefix = tasksFolder(id);
  const limit = pLimit(maxReadsInFlight);
  const startMs = performance.now();
  let known = new Map<string, { readonly etag: string; readonly state: unknown }>();
  let etags = '';
  let changedMs = startMs;

  return async () => {
    const objects = await listing.listObjects(folder);
    const states = await Promise.all(
      objects.map(async ({ key, etag }) => {
        const before = known.get(key);
        if (before?.etag === etag) return [key, before] as const;
        const isState = key === jobKey(id) || key.startsWith(tasksPrefix);
        const state = isState ? (await limit(() => store.read(key)))?.state : undefined;
        return [key, { etag, state }] as const;
      }),
    );
    known = new Map(states);
    const nowMs = performance.now();
    const etagsNow = objects.map(({ key, etag }) => `${key} ${etag}`).join('\n');
    if (etagsNow !== etags) changedMs = nowMs;
    etags = etagsNow;
    return {
      job: known.get(jobKey(id))?.state as JobState | undefined,
      tasks: new Map(
        states.flatMap(([key, { state }]) =>
          key.startsWith(tasksPrefix) && state !== undefined ? [[parseTaskKey(key), state as TaskState] as const] : [],
        ),
      ),
      watchedMs: nowMs - startMs,
      unchangedMs: nowMs - changedMs,
    };
  };
}
