import { taskKey } from '../../bucket/keys.ts';
import { isComplete } from '../../state/job-end.ts';
import { markCut, hasReported, recordReport, markStopped, type JobState, type JobStop } from '../../state/job.ts';
import { startWorkAt, type TaskState } from '../../state/task.ts';
import {
  changeJob,
  type SeenStates,
  type TaskSnapshot,
  type StepContext,
  type StepOf,
  type StepResult,
} from './step.ts';

/** Stops a job before its object is loaded. */
export async function stopJob(context: StepContext, seen: SeenStates, { kind, why }: JobStop): Promise<StepResult> {
  // A complete job has ended already, even if its summary is not published yet.
  return changeJob(context, seen, (current) => (isComplete(current) ? current : markStopped(current, kind, why)));
}

/** Reports the progress of a task to its job. In a stopped job the task may not exist: then it did nothing. */
export async function reportTask(
  context: StepContext,
  { job, name }: StepOf<'report'>,
  { task, seen }: TaskSnapshot,
): Promise<StepResult> {
  const { isDone, work } = task?.state ?? { isDone: false, work: startWorkAt(0, null) };
  if (name === 'cut') {
    const known = work.acknowledged;
    const ranges = isDone ? known : await countRanges(context, job, known);
    return changeJob(context, seen, (current) => markCut(current, ranges, isDone));
  }
  const added = { isDone, part: work.part };
  return changeJob(context, seen, (current) =>
    hasReported(current, name) ? current : recordReport(current, name, added),
  );
}

/** Counts the created ranges. The cutter may have stopped after it created the last one, before it sent its message. */
async function countRanges({ ports, store }: StepContext, { id, object }: JobState, known: number): Promise<number> {
  const next = await store.read<TaskState>(taskKey(id, known));
  if (next === undefined) return known;
  await ports.queue.send({ job: id, key: object.key, task: known }, 0);
  return known + 1;
}
