import { latestVersionKey, jobKey, openJobKey, tasksFolder } from '../bucket/keys.ts';
import type { Versioned } from '../bucket/store.ts';
import { replacedFailure } from '../state/decide.ts';
import { setLatestVersion, type LatestVersionState } from '../state/latest-version.ts';
import { getJobId, type ObjectVersion } from '../state/identity.ts';
import { newJob, markStopped, noSettings, type JobState } from '../state/job.ts';
import { leaseLeftMs } from '../state/lease.ts';
import type { TaskState } from '../state/task.ts';
import type { StepContext } from './steps/step.ts';

/**
 * Updates the latest version of a key from S3, and returns it.
 * @param job The caller's job. If a different job is the latest, it gets a message: its event may be late, or missing if a
 * newer version was deleted.
 * @returns undefined if there is neither a stored version nor an object.
 */
export async function updateLatestVersion(
  { ports, store }: StepContext,
  key: string,
  job: string | undefined,
): Promise<Versioned<LatestVersionState> | undefined> {
  const name = latestVersionKey(key);
  for (;;) {
    const stored = await store.read<LatestVersionState>(name);
    const object = await ports.bucket.findLatest(key);
    if (object === undefined) return stored;
    const latest = setLatestVersion(stored?.state, object);
    if (latest === stored?.state) return stored;
    // Mark the job as open first, so that it is never overlooked.
    await store.create(openJobKey(latest.job), { key });
    const updated = await (stored === undefined ? store.create(name, latest) : store.replace(name, stored, latest));
    if (updated === undefined) continue;
    if (job !== undefined && job !== latest.job) await ports.queue.send({ job: latest.job, key, task: undefined }, 0);
    return updated;
  }
}

/** Checks whether the job's version of the object is still the latest. */
export async function isLatest({ ports }: StepContext, { id, object }: JobState): Promise<boolean> {
  const latest = await ports.bucket.findLatest(object.key);
  return latest !== undefined && getJobId(latest) === id;
}

/**
 * Drops the earlier versions once their jobs hold no leases, and sends each open job a message so that it can end. No loader
 * takes a lease on them later, because it checks the latest version afterwards. A job that has not started is stopped here.
 * @returns milliseconds for which a job may still hold a lease; then nothing is dropped. 0 if all were dropped.
 */
export async function dropEarlierVersions(
  context: StepContext,
  latest: Versioned<LatestVersionState>,
  key: string,
  nowMs: number,
): Promise<number> {
  const { ports, store } = context;
  const open: string[] = [];
  let maxLeftMs = 0;
  for (const object of latest.state.earlier) {
    const leftMs = await findLeaseLeftMs(context, object, nowMs);
    maxLeftMs = Math.max(maxLeftMs, leftMs ?? 0);
    if (leftMs !== undefined) open.push(getJobId(object));
  }
  if (maxLeftMs > 0) return maxLeftMs;
  for (const job of open) await ports.queue.send({ job, key, task: undefined }, 0);
  await store.replace(latestVersionKey(key), latest, { ...latest.state, earlier: [] });
  return 0;
}

/** Returns the milliseconds for which a job may still hold a lease; undefined if the job has ended. */
async function findLeaseLeftMs(
  { ports, store }: StepContext,
  object: ObjectVersion,
  nowMs: number,
): Promise<number | undefined> {
  const id = getJobId(object);
  const unstarted = markStopped(newJob(id, object, noSettings, nowMs), 'replaced', replacedFailure);
  const job = (await store.read<JobState>(jobKey(id))) ?? (await store.create(jobKey(id), unstarted));
  if (job?.state.isPublished === true) return undefined;
  let maxLeftMs = 0;
  for (const name of await ports.bucket.list(tasksFolder(id))) {
    const task = await store.read<TaskState>(name);
    if (task !== undefined) maxLeftMs = Math.max(maxLeftMs, leaseLeftMs(task.state.lease, task.ageMs));
  }
  return maxLeftMs;
}
