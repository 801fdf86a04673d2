import { LoaderError } from '../../../errors.ts';
import { toTaskResult } from './task-result.ts';
import { taskKey } from '../../bucket/keys.ts';
import { zeroTotals } from '../../state/totals.ts';
import { newTask, startWorkAt, type TaskState } from '../../state/task.ts';
import type { Store } from '../../bucket/store.ts';
import type { TaskResult, JobPorts, LeasedTask } from '../ports.ts';

/**
 * Cuts an object into ranges. For each range it stores the state, sends the message, then stores the progress of the cutter.
 * After an interruption at most one range is created and sent twice.
 */
export async function cutIntoRanges(leased: LeasedTask, store: Store, ports: JobPorts): Promise<TaskResult> {
  const { job, task } = leased;
  let { work } = task;

  const createRange = async (to: number | null): Promise<void> => {
    const { acknowledged: range, frontier: from, checkpoint } = work;
    const name = taskKey(job.id, range);
    const task = newTask({ run: job.run, from, to, work: startWorkAt(from, checkpoint) }, ports.clock.nowMs());
    const created = await store.create(name, task);
    const { state } = created ?? (await store.read<TaskState>(name)) ?? {};
    if (state?.from !== from || state.to !== to) {
      const message = `range ${range} was cut at different offsets before: ${state?.from}-${state?.to}, now ${from}-${to}`;
      throw new LoaderError('INTERNAL', message);
    }
    await ports.queue.send({ job: job.id, key: job.object.key, task: range }, 0);
  };

  try {
    for await (const { offset, checkpoint } of ports.findBoundaries(job, work)) {
      if (leased.stop.aborted) return { kind: 'stopped', work };
      await createRange(offset);
      work = { frontier: offset, acknowledged: work.acknowledged + 1, checkpoint, part: zeroTotals };
      await leased.renew(work);
    }
    if (leased.stop.aborted) return { kind: 'stopped', work };
    await createRange(null);
    return { kind: 'done', work: { ...work, acknowledged: work.acknowledged + 1 } };
  } catch (error) {
    return toTaskResult(error, work);
  }
}
