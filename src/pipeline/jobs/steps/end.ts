import { jobName, openName, summaryName } from '../../bucket/keys.ts';
import { jobIdOf } from '../../state/identity.ts';
import { markPublished, summaryOf, type JobSummary } from '../../state/job-end.ts';
import type { JobState } from '../../state/job.ts';
import { changeJob, waitAndLook, type Seen, type StepContext, type StepResult } from './step.ts';

/** After this long, assume the loader that made the summary will not publish it. */
const publishMs = 5_000;

/**
 * Ends a job that is complete: makes its summary, publishes it, marks the job, in this order. Whoever dies in between leaves the
 * rest to the next, and a summary is made once. Ranges that end at the same time all come here: the one that made the summary
 * publishes it, the others look again when that should be done.
 */
export async function publishEnd(
  context: StepContext,
  job: JobState,
  { head, message, nowMs }: Seen,
): Promise<StepResult> {
  const { ports, store } = context;
  const name = summaryName(job.id, job.run);
  const made = await store.make(name, summaryOf(job, ports.table, nowMs));
  const summary = made ?? (await store.read<JobSummary>(name));
  if (summary === undefined) return {};
  if (made === undefined && summary.ageMs < publishMs) {
    return waitAndLook(context, message, { ms: publishMs - summary.ageMs, why: 'somebody tells of the end' });
  }
  await ports.publish(summary.state);
  const mark = { isOurs: false };
  await changeJob(context, job, (now) => {
    mark.isOurs = !now.isPublished;
    return mark.isOurs ? markPublished(now) : now;
  });
  // The newer one may wait until leases of this one would have ended; they are released by now.
  if (head?.earlier.some((object) => jobIdOf(object) === job.id) === true) {
    await ports.queue.send({ job: head.job, key: message.key, task: undefined }, 0);
  }
  return mark.isOurs ? { summary: summary.state } : {};
}

/** Takes a job off the list of open ones if it has ended, or if it never came to begin and no head names it. */
export async function closeJob({ ports, store }: StepContext, { id, job, head }: Seen): Promise<void> {
  const isKnown = head !== undefined && [head.object, ...head.earlier].some((object) => jobIdOf(object) === id);
  if (job?.isPublished !== true && (job !== undefined || isKnown)) return;
  await ports.bucket.remove(openName(id));
  // Somebody may have begun another run of it meanwhile.
  const now = await store.read<JobState>(jobName(id));
  if (now?.state.isPublished === false) await store.make(openName(id), { key: now.state.object.key });
}
