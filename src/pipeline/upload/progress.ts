import { addTotals, zeroTotals, type RangeTotals } from '../state/totals.ts';
import { sumTotals, computeShare } from '../state/progress.ts';
import type { Progress } from '../../load/summary.ts';
import type { JobSnapshot } from './watch.ts';

/** A job that is followed. */
export interface FollowedJob {
  /** Key and size of its object. */
  readonly key: string;
  readonly sizeBytes: number;
  /** The last snapshot of its state. */
  readonly snapshot: Pick<JobSnapshot, 'job' | 'tasks'>;
  readonly hasEnded: boolean;
}

/** Sums the progress of jobs, as if one load had all their files as sources. */
export function sumProgress(jobs: readonly FollowedJob[]): Progress {
  const parts = jobs.map(partOfJob);
  const { counts, bytes, writeUnits, ...traffic } = parts.reduce(addTotals, zeroTotals);
  const firstActive = jobs.findIndex(({ hasEnded }) => !hasEnded);
  const number = firstActive === -1 ? jobs.length : firstActive + 1;
  return {
    ...counts,
    requests: traffic.requests,
    throttledRequests: traffic.throttledRequests,
    unprocessedItems: traffic.unprocessedItems,
    retries: traffic.retries,
    writeUnits: writeUnits ?? undefined,
    // The stored state does not say whether the job is being throttled.
    state: 'loading',
    source: jobs[number - 1]?.key ?? '',
    sourceNumber: number,
    sources: jobs.length,
    bytes,
    done: computeDone(jobs, parts),
    acknowledged: jobs.reduce((sum, { snapshot }) => sum + countAcknowledged(snapshot), 0),
  };
}

function partOfJob({ snapshot: { job, tasks } }: FollowedJob): RangeTotals {
  return job === undefined ? zeroTotals : sumTotals(job, tasks);
}

function countAcknowledged({ tasks }: FollowedJob['snapshot']): number {
  return [...tasks].reduce((sum, [name, { work }]) => (name === 'cut' ? sum : sum + work.acknowledged), 0);
}

/** Share of all stored bytes that is settled, 0 to 1; undefined if an object is compressed. */
function computeDone(jobs: readonly FollowedJob[], parts: readonly RangeTotals[]): number | undefined {
  const totalBytes = jobs.reduce((sum, job) => sum + job.sizeBytes, 0);
  let settledBytes = 0;
  for (const [index, { hasEnded, sizeBytes, snapshot }] of jobs.entries()) {
    const settledShare = snapshot.job === undefined ? 0 : computeShare(snapshot.job, parts[index]?.bytes ?? 0);
    const share = hasEnded ? 1 : settledShare;
    if (share === undefined) return undefined;
    settledBytes += share * sizeBytes;
  }
  return totalBytes === 0 ? 1 : settledBytes / totalBytes;
}
