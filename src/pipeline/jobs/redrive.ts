import { jobName, openFolder, openName, taskOf, tasksFolder } from '../bucket/keys.ts';
import type { Store } from '../bucket/store.ts';
import { firstTask, hasReported, redrive, type JobState } from '../state/job.ts';
import type { JobPorts } from './ports.ts';

type Edges = Pick<JobPorts, 'bucket' | 'queue' | 'clock'>;

/**
 * Begins another run of a job that has ended, for what is not done; of one that has not ended, sends its messages again.
 * @returns the job as it is now; undefined where there is none.
 */
export async function redriveJob(world: Edges, store: Store, id: string): Promise<JobState | undefined> {
  const before = await store.read<JobState>(jobName(id));
  if (before === undefined) return undefined;
  // First of all: a job that runs is never overlooked.
  const { key } = before.state.object;
  await store.make(openName(id), { key });
  const held = await store.update<JobState>(jobName(id), (job) =>
    job.isPublished ? redrive(job, world.clock.nowMs()) : job,
  );
  if (held === undefined) return undefined;
  // And again: whoever saw the end of the last run may have taken it away in between.
  await store.make(openName(id), { key });
  await sendFor(world, held.state);
  return held.state;
}

/**
 * Sends messages for all jobs that have not ended: theirs may have been lost. One that is not needed changes nothing.
 * @returns how many jobs those are.
 */
export async function rouseOpenJobs(world: Edges, store: Store): Promise<number> {
  const names = await world.bucket.list(openFolder);
  for (const name of names) {
    const id = name.slice(openFolder.length);
    const mark = await store.read<{ readonly key: string }>(name);
    const job = await store.read<JobState>(jobName(id));
    if (job !== undefined) await sendFor(world, job.state);
    else if (mark !== undefined) await world.queue.send({ job: id, key: mark.state.key, task: undefined }, 0);
  }
  return names.length;
}

/** A message for the beginning of the job, and one for each other task that has not said what came of it. */
async function sendFor({ bucket, queue }: Edges, job: JobState): Promise<void> {
  const { id: name, object } = job;
  const tasks = (await bucket.list(tasksFolder(name))).map(taskOf);
  await queue.send({ job: name, key: object.key, task: undefined }, 0);
  for (const task of tasks) {
    const isFirst = task === firstTask(job);
    if (!isFirst && !hasReported(job, task)) await queue.send({ job: name, key: object.key, task }, 0);
  }
}
