import pLimit from 'p-limit';
import { jobName, openName, taskName, taskOf, tasksFolder } from '../bucket/keys.ts';
import type { JobState } from '../state/job.ts';
import type { AgedTask, TaskName, TaskState } from '../state/task.ts';
import type { ConnectedPipeline } from '../connect.ts';

/** A job with its tasks, as their states were a moment ago. */
export interface SeenJob {
  readonly id: string;
  /** Of its object. */
  readonly key: string;
  /** Undefined where it is not begun: somebody has only marked it. */
  readonly job: JobState | undefined;
  readonly tasks: ReadonlyMap<TaskName, AgedTask>;
  /** When the job's state was written, in ms since 1970; undefined where there is none. Of a job that has ended: its end. */
  readonly changedMs: number | undefined;
}

/** Requests at the same time, of all jobs together. */
export const looksAtOnce = 16;

/**
 * Looks at a job.
 * @param which `open`: the tasks of a job that has ended are left out, and those that have told the job that they are done.
 * @param limit for the requests
 * @returns undefined where nobody knows it
 */
export async function seeJob(
  { bucket, store, clock }: Pick<ConnectedPipeline, 'bucket' | 'store' | 'clock'>,
  id: string,
  which: 'open' | 'all',
  limit = pLimit(looksAtOnce),
): Promise<SeenJob | undefined> {
  const held = await limit(() => store.read<JobState>(jobName(id)));
  if (held === undefined) {
    const mark = await limit(() => store.read<{ readonly key: string }>(openName(id)));
    return mark && { id, key: mark.state.key, job: undefined, tasks: new Map(), changedMs: undefined };
  }
  const changedMs = clock.nowMs() - held.ageMs;
  const job = held.state;
  const names = which === 'open' && job.isPublished ? [] : await limit(() => bucket.list(tasksFolder(id)));
  const tasks = await Promise.all(
    names
      .map(taskOf)
      .filter((name) => which === 'all' || name === 'cut' || job.reports[name]?.isDone !== true)
      .map(async (name) => [name, await limit(() => store.read<TaskState>(taskName(id, name)))] as const),
  );
  const seen = tasks.flatMap(([name, task]) => (task === undefined ? [] : [[name, task] as const]));
  return { id, key: job.object.key, job, tasks: new Map(seen), changedMs };
}
