import type { Counts } from '../../load/summary.ts';
import { isComplete } from './job-end.ts';
import type { JobState } from './job.ts';
import { addParts, emptyPart, type Part } from './totals.ts';
import type { TaskName, TaskState } from './task.ts';

/** How far a job is, in all its runs together. */
export interface JobProgress extends Counts {
  /** Of the object that are settled, unpacked. */
  readonly bytes: number;
  /** Share of the object that is settled, 0 to 1; undefined where its stored bytes say nothing of that: it is packed. */
  readonly done: number | undefined;
}

/**
 * What the states of a job tell of its progress: as of the last checkpoint of each of its ranges, which are written every few
 * seconds.
 * @param tasks those that are known: a range that has told the job that it is done needs none
 */
export function progressOf(job: JobState, tasks: ReadonlyMap<TaskName, TaskState>): JobProgress {
  const { counts, bytes } = partOf(job, tasks);
  return { ...counts, bytes, done: shareOf(job, bytes) };
}

/** The same with all that the requests came to. */
export function partOf(job: JobState, tasks: ReadonlyMap<TaskName, TaskState>): Part {
  let sum = emptyPart;
  for (const range of new Set([...Object.keys(job.reports).map(Number), ...tasks.keys()])) {
    if (range === 'cut') continue;
    const told = job.reports[range];
    const part = told?.isDone === true ? told.part : (tasks.get(range)?.work.part ?? told?.part);
    if (part !== undefined) sum = addParts(sum, part);
  }
  return sum;
}

/** @param bytes that are settled */
export function shareOf(job: JobState, bytes: number): number | undefined {
  // It may be done before its bytes are: with --max-records, for instance.
  if (isComplete(job) && job.stop === null) return 1;
  const { key, sizeBytes } = job.object;
  const compression = job.settings?.options['compression'];
  const isPacked =
    compression === undefined || compression === 'auto' ? /\.(gz|zst)$/i.test(key) : compression !== 'none';
  if (isPacked || bytes > sizeBytes) return undefined;
  return sizeBytes === 0 ? 0 : bytes / sizeBytes;
}
