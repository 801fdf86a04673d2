import { setTimeout as delay } from 'node:timers/promises';
import type { Run } from './run-state.ts';
import type { ResumableJob } from './settle/resumable-job.ts';

/**
 * Waits until the last requests of an earlier process that was killed are applied or lost: this run may send newer records
 * of the same keys, and a late request would overwrite them. Returns early if the run is canceled.
 */
export async function waitForEarlierRequests({ cancellation, dependencies }: Run, job: ResumableJob): Promise<void> {
  const { waitMs } = job;
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  dependencies.say(`waiting ${seconds} s: an earlier run was killed, and DynamoDB may still apply its last requests`);
  const { signal } = cancellation;
  await delay(waitMs, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
