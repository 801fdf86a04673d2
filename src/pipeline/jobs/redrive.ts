import { jobKey, openJobsFolder, openJobKey, parseTaskKey, tasksFolder } from '../bucket/keys.ts';
import type { Store } from '../bucket/store.ts';
import { getFirstTask, hasReported, startNextRun, type JobState } from '../state/job.ts';
import type { JobPorts } from './ports.ts';

type RedrivePorts = Pick<JobPorts, 'bucket' | 'queue' | 'clock'>;

/**
 * Starts the next run of a job that has ended, for the ranges that are not done. If the job has not ended, sends its messages
 * again.
 * @returns the current job; undefined if it does not exist.
 */
export async function redriveJob(ports: RedrivePorts, store: Store, id: string): Promise<JobState | undefined> {
  const before = await store.read<JobState>(jobKey(id));
  if (before === undefined) return undefined;
  // Mark the job as open first, so that it is never overlooked.
  const { key } = before.state.object;
  await store.create(openJobKey(id), { key });
  const updated = await store.update<JobState>(jobKey(id), (job) =>
    job.isPublished ? startNextRun(job, ports.clock.nowMs()) : job,
  );
  if (updated === undefined) return undefined;
  // Again, because a loader that saw the end of the last run may have removed the marker.
  await store.create(openJobKey(id), { key });
  await sendMessages(ports, updated.state);
  return updated.state;
}

/**
 * Sends messages for all jobs that have not ended, because theirs may have been lost. Safe to run again.
 * @returns the number of these jobs.
 */
export async function resendOpenJobs(ports: RedrivePorts, store: Store): Promise<number> {
  const names = await ports.bucket.list(openJobsFolder);
  for (const name of names) {
    const id = name.slice(openJobsFolder.length);
    const marker = await store.read<{ readonly key: string }>(name);
    const job = await store.read<JobState>(jobKey(id));
    if (job !== undefined) await sendMessages(ports, job.state);
    else if (marker !== undefined) await ports.queue.send({ job: id, key: marker.state.key, task: undefined }, 0);
  }
  return names.length;
}

/** Sends a message for the first task, and one for each other task that has not reported. */
async function sendMessages({ bucket, queue }: RedrivePorts, job: JobState): Promise<void> {
  const { id: name, object } = job;
  const tasks = (await bucket.list(tasksFolder(name))).map(parseTaskKey);
  await queue.send({ job: name, key: object.key, task: undefined }, 0);
  for (const task of tasks) {
    const isFirst = task === getFirstTask(job);
    if (!isFirst && !hasReported(job, task)) await queue.send({ job: name, key: object.key, task }, 0);
  }
}
