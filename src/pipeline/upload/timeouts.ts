import { formatSeconds } from '../../text/format.ts';
import type { JobSnapshot } from './watch.ts';

/** Intervals and limits of waiting for jobs, in ms. */
export interface UploadTimeouts {
  readonly pollIntervalMs: number;
  /** Maximum time from the PUT of an object to the first state of its job. */
  readonly startTimeoutMs: number;
  /**
   * Maximum time between two changes of a job's state. By then, SQS has made the message of a dead loader visible
   * again.
   */
  readonly stallTimeoutMs: number;
}

/** Lease of a function: its timeout plus one request timeout, in ms. A worker's lease is shorter. */
const leaseMs = 310_000;

/** @param visibilityMs visibility timeout of the queue */
export function getTimeouts(visibilityMs: number): UploadTimeouts {
  return { pollIntervalMs: 2_000, startTimeoutMs: 300_000, stallTimeoutMs: visibilityMs + leaseMs };
}

/** Describes why a job seems abandoned. Returns undefined if it may still make progress. */
export function describeStall(
  { job, watchedMs, unchangedMs }: Omit<JobSnapshot, 'tasks'>,
  { startTimeoutMs, stallTimeoutMs }: UploadTimeouts,
): string | undefined {
  if (job === undefined) {
    return watchedMs < startTimeoutMs ? undefined : `did not start within ${formatSeconds(startTimeoutMs / 1000)}`;
  }
  return unchangedMs < stallTimeoutMs ? undefined : `has made no progress for ${formatSeconds(unchangedMs / 1000)}`;
}
