import pLimit from 'p-limit';
import { jobKey, openJobKey, taskKey, parseTaskKey, tasksFolder } from '../bucket/keys.ts';
import type { JobState } from '../state/job.ts';
import type { AgedTask, TaskName, TaskState } from '../state/task.ts';
import type { ConnectedPipeline } from '../connect.ts';

/** The stored state of a job and its tasks. */
export interface StoredJob {
  readonly id: string;
  /** Key of its object. */
  readonly key: string;
  /** Undefined: the job is marked as open, but has not started. */
  readonly job: JobState | undefined;
  readonly tasks: ReadonlyMap<TaskName, AgedTask>;
  /** Time of the last change of the job's state, in ms since 1970: the end of a job that has ended. Undefined: no state. */
  readonly changedMs: number | undefined;
}

/** Maximum requests in flight, for all jobs together. */
export const maxReadsInFlight = 16;

/**
 * Reads the state of a job and its tasks.
 * @param which `open` omits tasks that have reported to the job that they are done, and all tasks of a job that has ended
 * @param limit limits the requests in flight
 * @returns undefined if the job does not exist
 */
export async function readJob(
  { bucket, store, clock }: Pick<ConnectedPipeline, 'bucket' | 'store' | 'clock'>,
  id: string,
  which: 'open' | 'all',
  limit = pLimit(maxReadsInFlight),
): Promise<StoredJob | undefined> {
  const held = await limit(() => store.read<JobState>(jobKey(id)));
  if (held === undefined) {
    const mark = await limit(() => store.read<{ readonly key: string }>(openJobKey(id)));
    return mark && { id, key: mark.state.key, job: undefined, tasks: new Map(), changedMs: undefined };
  }
  const changedMs = clock.nowMs() - held.ageMs;
  const job = held.state;
  const names = which === 'open' && job.isPublished ? [] : await limit(() => bucket.list(tasksFolder(id)));
  const tasks = await Promise.all(
    names
      .map(parseTaskKey)
      .filter((name) => which === 'all' || name === 'cut' || job.reports[name]?.isDone !== true)
      .map(async (name) => [name, await limit(() => store.read<TaskState>(taskKey(id, name)))] as const),
  );
  const existing = tasks.flatMap(([name, task]) => (task === undefined ? [] : [[name, task] as const]));
  return { id, key: job.object.key, job, tasks: new Map(existing), changedMs };
}
