import { jobName, openName, tasksFolder } from './bucket/names.ts';
import { firstTask, hasReported, redrive, type JobState } from './state/job.ts';
import type { TaskName } from './state/task.ts';
import type { Store } from './bucket/store.ts';
import type { World } from './world.ts';

/**
 * Begins another run of a job that has ended, for what is not done; of one that has not ended, sends its messages again.
 * @returns the job as it is now; undefined where there is none.
 */
export async function redriveJob(
  world: Pick<World, 'bucket' | 'queue'>,
  store: Store,
  id: string,
): Promise<JobState | undefined> {
  const before = await store.read<JobState>(jobName(id));
  if (before === undefined) return undefined;
  const { key } = before.state.object;
  // First of all: a job that runs is never overlooked.
  await store.make(openName(id), { key });
  const held = await store.update<JobState>(jobName(id), (job) => (job.isPublished ? redrive(job) : job));
  if (held === undefined) return undefined;
  for (const task of await tasksOf(world, held.state)) {
    if (!hasReported(held.state, task)) await world.queue.send({ job: id, key, task }, 0);
  }
  return held.state;
}

/** Those that are made, and the one that makes them. */
async function tasksOf({ bucket }: Pick<World, 'bucket'>, job: JobState): Promise<TaskName[]> {
  const folder = tasksFolder(job.id);
  const made = (await bucket.list(folder)).map((key) => key.slice(folder.length));
  const names = made.map((name): TaskName => (name === 'cut' ? name : Number(name)));
  return [...new Set([firstTask(job), ...names])];
}
