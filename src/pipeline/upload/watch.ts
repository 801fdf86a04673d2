import pLimit from 'p-limit';
import { jobName, jobFolder, taskOf, tasksFolder } from '../bucket/keys.ts';
import type { JobState } from '../state/job.ts';
import type { TaskName, TaskState } from '../state/task.ts';
import type { ConnectedPipeline } from '../connect.ts';
import { looksAtOnce } from '../status/read-job.ts';

/** All that lies there of a job. */
export interface Sighting {
  /** Undefined: it has not begun. */
  readonly job: JobState | undefined;
  readonly tasks: ReadonlyMap<TaskName, TaskState>;
  /** How long it has been looked at. */
  readonly watchedMs: number;
  /** How long none of its states has changed. */
  readonly unchangedMs: number;
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
  const beginMs = performance.now();
  let known = new Map<string, { readonly etag: string; readonly state: unknown }>();
  let mark = '';
  let changedMs = beginMs;

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
    const nowMs = performance.now();
    const markNow = found.map(({ key, etag }) => `${key} ${etag}`).join('\n');
    if (markNow !== mark) changedMs = nowMs;
    mark = markNow;
    return {
      job: known.get(jobName(id))?.state as JobState | undefined,
      tasks: new Map(
        now.flatMap(([key, { state }]) =>
          key.startsWith(tasksAt) && state !== undefined ? [[taskOf(key), state as TaskState] as const] : [],
        ),
      ),
      watchedMs: nowMs - beginMs,
      unchangedMs: nowMs - changedMs,
    };
  };
}
