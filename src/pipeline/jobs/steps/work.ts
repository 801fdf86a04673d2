import type { GoOn } from '../../queue/messages.ts';
import { partSince } from '../../state/totals.ts';
import { isLatest, updateHead } from '../latest-version.ts';
import type { Ended } from '../ports.ts';
import { cutIntoRanges } from '../range/cutting.ts';
import { endedBy } from '../range/outcome.ts';
import { TaskLease, type Terms } from '../task-lease.ts';
import { stopJob } from './report.ts';
import type { Seen, StepContext, StepOf, StepResult } from './step.ts';

/** What is said of a task that another one goes on with. */
export const handedOver = 'handed over';
/** What is said of a task that is begun anew after a while begins so. */
export const triedAgain = 'failed, is tried again: ';

/** After a start that failed. */
const retryMs = 60_000;

/** Takes the lease of a task, loads or cuts under it, and releases it with what came of the work. */
export async function workOnTask(
  context: StepContext,
  { job, name }: StepOf<'work'>,
  { task, message }: Seen,
  terms: Terms,
): Promise<StepResult> {
  const { ports, store } = context;
  if (task === undefined) return {};
  const options = { store, clock: ports.clock, job, name, owner: ports.token(), terms };
  const lease = await TaskLease.take(options, task);
  if (lease === undefined) return {};
  const before = lease.task.work;
  let ended: Ended = { kind: 'stopped', work: before };
  if (lease.end === undefined) {
    const leased = { job: lease.job, name, task: lease.task, stop: lease.stop, renew: lease.renew.bind(lease) };
    const work = name === 'cut' ? cutIntoRanges(leased, store, ports) : ports.load(leased);
    ended = await work.catch((error: unknown) => endedBy(error, lease.task.work));
  }
  // What could not be read though it is there may be read another time; so may what nobody says it of.
  if (ended.kind === 'changed' && (await isLatest(context, job).catch(() => true))) {
    ended = { ...ended, kind: 'failed' };
  }
  await release(context, lease, ended);
  return { ...(await followUp(context, ended, lease, message)), work: partSince(before.part, ended.work.part) };
}

/** The job is stopped first: whoever came in between would go on, and not know that it was too much. */
async function release(context: StepContext, lease: TaskLease, ended: Ended): Promise<void> {
  try {
    if (ended.kind === 'too many rejects') await stopJob(context, { job: lease.job, kind: 'rejects', why: ended.why });
  } catch (error) {
    await lease.release({ kind: 'stopped', work: lease.task.work });
    throw error;
  }
  await lease.release(ended);
}

/** What follows from how the work ended; another look where nothing is said. */
async function followUp(
  context: StepContext,
  ended: Ended,
  { job, end }: TaskLease,
  message: GoOn,
): Promise<StepResult> {
  switch (ended.kind) {
    case 'done':
    case 'too many rejects':
      return {};
    case 'stopped':
      if (end !== 'cancelled' && end !== 'lease over') return {};
      await context.ports.queue.send(message, 0);
      return { outcome: handedOver };
    case 'changed': {
      const head = await updateHead(context, message.key, job.id);
      return head?.state.job === job.id ? stopJob(context, { job, kind: 'gone', why: ended.why }) : {};
    }
    case 'hopeless':
      return stopJob(context, { job, kind: 'failed', why: ended.why });
    case 'failed':
      await context.ports.queue.send(message, retryMs);
      return { outcome: `${triedAgain}${ended.why.message}` };
  }
}
