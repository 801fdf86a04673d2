import { LoaderError } from '../../../errors.ts';
import { endedBy } from './outcome.ts';
import { taskName } from '../../bucket/keys.ts';
import { emptyPart } from '../../state/totals.ts';
import { newTask, workFrom, type TaskState } from '../../state/task.ts';
import type { Store } from '../../bucket/store.ts';
import type { Ended, JobPorts, LeasedTask } from '../ports.ts';

/**
 * Cuts an object into ranges, each of which is sent out as soon as it is known: its state first, then its message, then how far
 * the cutter is. Whoever goes on after an interruption makes, and sends, at most one range again.
 */
export async function cutIntoRanges(leased: LeasedTask, store: Store, ports: JobPorts): Promise<Ended> {
  const { job, task } = leased;
  let { work } = task;

  const makeRange = async (to: number | null): Promise<void> => {
    const { acknowledged: range, frontier: from, checkpoint } = work;
    const name = taskName(job.id, range);
    const task = newTask({ run: job.run, from, to, work: workFrom(from, checkpoint) }, ports.clock.nowMs());
    const made = await store.make(name, task);
    const { state } = made ?? (await store.read<TaskState>(name)) ?? {};
    if (state?.from !== from || state.to !== to) {
      const message = `range ${range} was cut otherwise before: ${state?.from}-${state?.to}, now ${from}-${to}`;
      throw new LoaderError('INTERNAL', message);
    }
    await ports.queue.send({ job: job.id, key: job.object.key, task: range }, 0);
  };

  try {
    for await (const { offset, checkpoint } of ports.boundaries(job, work)) {
      if (leased.stop.aborted) return { kind: 'stopped', work };
      await makeRange(offset);
      work = { frontier: offset, acknowledged: work.acknowledged + 1, checkpoint, part: emptyPart };
      await leased.renew(work);
    }
    if (leased.stop.aborted) return { kind: 'stopped', work };
    await makeRange(null);
    return { kind: 'done', work: { ...work, acknowledged: work.acknowledged + 1 } };
  } catch (error) {
    return endedBy(error, work);
  }
}
