import type { Counts } from '../../load/summary.ts';
import { isComplete } from './job-end.ts';
import type { JobState } from './job.ts';
import { addTotals, zeroTotals, type RangeTotals } from './totals.ts';
import type { TaskName, TaskState } from './task.ts';

/** Progress of a job over all its runs. */
export interface JobProgress extends Counts {
  /** Settled bytes of the object, after decompression. */
  readonly bytes: number;
  /** Settled share of the object, 0 to 1; undefined for a compressed object, whose stored size does not tell it. */
  readonly done: number | undefined;
}

/**
 * Computes the progress from the last checkpoint of each range. Loaders write one every few seconds.
 * @param tasks The known task states. Ranges that reported to the job as done may be missing.
 */
export function computeProgress(job: JobState, tasks: ReadonlyMap<TaskName, TaskState>): JobProgress {
  const { counts, bytes } = sumTotals(job, tasks);
  return { ...counts, bytes, done: computeShare(job, bytes) };
}

/** Sums the totals of all ranges, requests included. */
export function sumTotals(job: JobState, tasks: ReadonlyMap<TaskName, TaskState>): RangeTotals {
  let sum = zeroTotals;
  for (const range of new Set([...Object.keys(job.reports).map(Number), ...tasks.keys()])) {
    if (range === 'cut') continue;
    const reported = job.reports[range];
    const part = reported?.isDone === true ? reported.part : (tasks.get(range)?.work.part ?? reported?.part);
    if (part !== undefined) sum = addTotals(sum, part);
  }
  return sum;
}

/**
 * Returns the settled share of the object, 0 to 1; undefined if it is compressed.
 * @param bytes Settled bytes, after decompression.
 */
export function computeShare(job: JobState, bytes: number): number | undefined {
  // A job can be done before all its bytes are read, for example with --max-records.
  if (isComplete(job) && job.stop === null) return 1;
  const { key, sizeBytes } = job.object;
  const compression = job.settings?.options['compression'];
  const isCompressed =
    compression === undefined || compression === 'auto' ? /\.(gz|zst)$/i.test(key) : compression !== 'none';
  if (isCompressed || bytes > sizeBytes) return undefined;
  return sizeBytes === 0 ? 0 : bytes / sizeBytes;
}
