import { taskName } from '../../bucket/keys.ts';
import { isComplete } from '../../state/job-end.ts';
import { cut, hasReported, report, stop, type JobState, type Stop } from '../../state/job.ts';
import { workFrom, type TaskState } from '../../state/task.ts';
import { changeJob, type Seen, type StepContext, type StepOf, type StepResult } from './step.ts';

/** Has a job end before its object is loaded. */
export async function stopJob(
  context: StepContext,
  { job, kind, why }: Stop & { readonly job: JobState },
): Promise<StepResult> {
  // One that is complete has come to its end, though nobody has told it yet.
  await changeJob(context, job, (now) => (isComplete(now) ? now : stop(now, kind, why)));
  return {};
}

/** Tells the job how far a task came. One that was never made, of a job that was stopped, did nothing. */
export async function reportTask(
  context: StepContext,
  { job, name }: StepOf<'report'>,
  { task }: Seen,
): Promise<StepResult> {
  const { isDone, work } = task?.state ?? { isDone: false, work: workFrom(0, null) };
  if (name === 'cut') {
    const known = work.acknowledged;
    const ranges = isDone ? known : await countRanges(context, job, known);
    await changeJob(context, job, (now) => cut(now, ranges, isDone));
  } else {
    const told = { isDone, part: work.part };
    await changeJob(context, job, (now) => (hasReported(now, name) ? now : report(now, name, told)));
  }
  return {};
}

/** Counts the ranges that were made. The last one may have been made before the cutter came to say so, or to send its message. */
async function countRanges({ ports, store }: StepContext, { id, object }: JobState, known: number): Promise<number> {
  const next = await store.read<TaskState>(taskName(id, known));
  if (next === undefined) return known;
  await ports.queue.send({ job: id, key: object.key, task: known }, 0);
  return known + 1;
}
