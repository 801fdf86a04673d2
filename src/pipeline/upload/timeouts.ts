import { formatSeconds } from '../../text/format.ts';
import type { JobSnapshot } from './watch.ts';

/** Intervals and limits of waiting for jobs, in ms. */
export interface UploadTimeouts {
  readonly pollIntervalMs: number;
  /** Longest time from the put of an object to the first state of its job. */
  readonly startTimeoutMs: number;
  /** Longest time between two changes of a job's state. By then a dead loader's message was visible again. */
  readonly stallTimeoutMs: number;
}

/** Lease of a function: its timeout and that of one request. A worker's lease is shorter. */
const leaseMs = 310_000;

/** @param visibilityMs visibility timeout of the queue */
export function timeoutsFor(visibilityMs: number): UploadTimeouts {
  return { pollIntervalMs: 2_000, startTimeoutMs: 300_000, stallTimeoutMs: visibilityMs + leaseMs };
}

/** Returns why a job seems to be abandoned, in words; undefined: it may still make progress. */
export function describeStall(
  { job, watchedMs, unchangedMs }: Omit<JobSnapshot, 'tasks'>,
  { startTimeoutMs, stallTimeoutMs }: UploadTimeouts,
): string | undefined {
  if (job === undefined) {
    return watchedMs < startTimeoutMs ? undefined : `has not started for ${formatSeconds(watchedMs / 1000)}`;
  }
  return unchangedMs < stallTimeoutMs ? undefined : `has made no progress for ${formatSeconds(unchangedMs / 1000)}`;
}
