import { jobKey, openJobKey, summaryKey } from '../../bucket/keys.ts';
import { getJobId } from '../../state/identity.ts';
import { markPublished, summarizeJob, type JobSummary } from '../../state/job-end.ts';
import type { JobState } from '../../state/job.ts';
import { updateLatestVersion } from '../latest-version.ts';
import { changeJob, requeue, type TaskSnapshot, type StepContext, type StepResult } from './step.ts';

/** After this long, assume the loader that made the summary will not publish it. */
const publishMs = 5_000;

/**
 * Ends a complete job: stores its summary, publishes it and marks the job as published, in this order. If a loader dies in
 * between, the next one continues; the summary is stored only once. Ranges that end at the same time all call this function.
 * The one that stored the summary publishes it, and the others check again later.
 */
export async function publishEnd(
  context: StepContext,
  job: JobState,
  { seen, message, nowMs }: TaskSnapshot,
): Promise<StepResult> {
  const { ports, store } = context;
  const name = summaryKey(job.id, job.run);
  const created = await store.create(name, summarizeJob(job, ports.table, nowMs));
  const summary = created ?? (await store.read<JobSummary>(name));
  if (summary === undefined) return {};
  if (created === undefined && summary.ageMs < publishMs) {
    return requeue(context, message, publishMs - summary.ageMs, 'another loader publishes the summary');
  }
  await ports.publish(summary.state);
  // A newer job may have found leases of this job since the latest version was seen.
  const latest = await updateLatestVersion(context, message.key, job.id);
  const ours: { state?: JobState } = {};
  const changed = await changeJob(context, { ...seen, latest }, (current) => {
    if (current.isPublished) return current;
    ours.state = markPublished(current);
    return ours.state;
  });
  // The leases are released now, so the newer job can continue at once.
  if (latest?.state.earlier.some((object) => getJobId(object) === job.id) === true) {
    await ports.queue.send({ job: latest.state.job, key: message.key, task: undefined }, 0);
  }
  const isFirst = ours.state !== undefined && changed.seen?.job?.state === ours.state;
  return isFirst ? { ...changed, summary: summary.state } : changed;
}

/** Removes the open marker of a job if the job has ended, or if it never started and no version of the key belongs to it. */
export async function closeJob({ ports, store }: StepContext, { id, job, latest }: TaskSnapshot): Promise<void> {
  const isKnown = latest !== undefined && [latest.object, ...latest.earlier].some((object) => getJobId(object) === id);
  if (job?.isPublished !== true && (job !== undefined || isKnown)) return;
  await ports.bucket.remove(openJobKey(id));
  // Another process may have started the next run meanwhile.
  const current = await store.read<JobState>(jobKey(id));
  if (current?.state.isPublished === false) await store.create(openJobKey(id), { key: current.state.object.key });
}
