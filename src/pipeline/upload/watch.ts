import pLimit from 'p-limit';
import { jobName, jobFolder, taskOf, tasksFolder } from '../bucket/keys.ts';
import type { JobState } from '../state/job.ts';
import type { TaskName, TaskState } from '../state/task.ts';
import type { ConnectedPipeline } from '../connect.ts';

/** Of a job of many ranges so many states are read at the same time. */
const looksAtOnce = 16;

/** All that lies there of a job. */
export interface Sighting {
  /** Undefined: it has not begun. */
  readonly job: JobState | undefined;
  readonly tasks: ReadonlyMap<TaskName, TaskState>;
  /** Another one whenever any of its states has changed. */
  readonly mark: string;
}

/**
 * Looks at a job again and again: one list a look, and what has changed since the last one.
 * @throws LoaderError see `toS3Error`
 */
export function watchJob(
  { listing, store }: Pick<ConnectedPipeline, 'listing' | 'store'>,
  id: string,
): () => Promise<Sighting> {
  const folder = jobFolder(id);
  const tasksAt = tasksFolder(id);
  const limit = pLimit(looksAtOnce);
  let known = new Map<string, { readonly etag: string; readonly state: unknown }>();

  return async () => {
    const found = await listing.objects(folder);
    const now = await Promise.all(
      found.map(async ({ key, etag }) => {
        const before = known.get(key);
        if (before?.etag === etag) return [key, before] as const;
        const isState = key === jobName(id) || key.startsWith(tasksAt);
        const state = isState ? (await limit(() => store.read(key)))?.state : undefined;
        return [key, { etag, state }] as const;
      }),
    );
    known = new Map(now);
    return {
      job: known.get(jobName(id))?.state as JobState | undefined,
      tasks: new Map(
        now.flatMap(([key, { state }]) =>
          key.startsWith(tasksAt) && state !== undefined ? [[taskOf(key), state as TaskState] as const] : [],
        ),
      ),
      mark: found.map(({ key, etag }) => `${key} ${etag}`).join('\n'),
    };
  };
}
