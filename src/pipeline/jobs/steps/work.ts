import type { TaskMessage } from '../../queue/messages.ts';
import { subtractTotals } from '../../state/totals.ts';
import { isLatest, updateLatestVersion } from '../latest-version.ts';
import type { TaskResult } from '../ports.ts';
import { cutIntoRanges } from '../range/cutting.ts';
import { toTaskResult } from '../range/task-result.ts';
import { TaskLease, type LeaseTerms } from '../task-lease.ts';
import { stopJob } from './report.ts';
import type { TaskSnapshot, StepContext, StepOf, StepResult } from './step.ts';

/** Outcome of a task that another loader continues. */
export const handedOver = 'handed over';
/** Start of the outcome of a task that is retried later. */
export const retryingPrefix = 'failed, will be retried: ';

/** Delay of the retry after a failed start. */
const retryDelayMs = 60_000;

/** Takes the lease of a task, loads or cuts, and releases the lease with the result. */
export async function workOnTask(
  context: StepContext,
  { name }: StepOf<'work'>,
  { seen: { job, task }, message }: TaskSnapshot,
  terms: LeaseTerms,
): Promise<StepResult> {
  const { ports, store } = context;
  if (job === undefined || task === undefined) return {};
  const options = { store, clock: ports.clock, name, owner: ports.token(), terms };
  const lease = await TaskLease.take(options, job, task);
  if (lease === undefined) return {};
  const before = lease.task.work;
  let ended: TaskResult = { kind: 'stopped', work: before };
  if (lease.end === undefined) {
    const leased = { job: lease.job, name, task: lease.task, stop: lease.stop, renew: lease.renew.bind(lease) };
    const work = name === 'cut' ? cutIntoRanges(leased, store, ports) : ports.load(leased);
    ended = await work.catch((error: unknown) => toTaskResult(error, lease.task.work));
  }
  // If this version still exists, or its existence is unknown, a retry may read it.
  if (ended.kind === 'changed' && (await isLatest(context, job.state).catch(() => true))) {
    ended = { ...ended, kind: 'failed' };
  }
  await release(context, lease, ended);
  return { ...(await followUp(context, ended, lease, message)), work: subtractTotals(before.part, ended.work.part) };
}

/** Stops the job before the release if there are too many rejects. Otherwise another loader could continue in between. */
async function release(context: StepContext, lease: TaskLease, ended: TaskResult): Promise<void> {
  try {
    if (ended.kind === 'too many rejects') await stopJob(context, lease.seen, { kind: 'rejects', why: ended.why });
  } catch (error) {
    await lease.release({ kind: 'stopped', work: lease.task.work });
    throw error;
  }
  await lease.release(ended);
}

/** Runs what follows from the result of the work. */
async function followUp(
  context: StepContext,
  ended: TaskResult,
  { job, end, seen }: TaskLease,
  message: TaskMessage,
): Promise<StepResult> {
  switch (ended.kind) {
    case 'done':
      if (end !== undefined) return {};
      // Other ranges have changed the job meanwhile.
      return { seen: job.parallel > 1 ? { latest: seen.latest } : seen };
    case 'too many rejects':
      return {};
    case 'stopped':
      if (end !== 'canceled' && end !== 'lease expired') return {};
      await context.ports.queue.send(message, 0);
      return { outcome: handedOver };
    case 'changed': {
      const latest = await updateLatestVersion(context, message.key, job.id);
      return latest?.state.job === job.id
        ? stopJob(context, { ...seen, latest }, { kind: 'gone', why: ended.why })
        : {};
    }
    case 'hopeless':
      return stopJob(context, seen, { kind: 'failed', why: ended.why });
    case 'failed':
      await context.ports.queue.send(message, retryDelayMs);
      return { outcome: `${retryingPrefix}${ended.why.message}` };
  }
}
