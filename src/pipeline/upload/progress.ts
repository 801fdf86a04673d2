import { addParts, emptyPart, type Part } from '../state/totals.ts';
import { partOf, shareOf } from '../state/progress.ts';
import type { Progress } from '../../load/summary.ts';
import type { Sighting } from './watch.ts';

/** A job that is followed. */
export interface Followed {
  /** Of its object. */
  readonly key: string;
  readonly sizeBytes: number;
  /** As it was seen last. */
  readonly seen: Pick<Sighting, 'job' | 'tasks'>;
  readonly hasEnded: boolean;
}

/** How far jobs are, as one load of all their files. */
export function progressOf(jobs: readonly Followed[]): Progress {
  const parts = jobs.map(partOfJob);
  const { counts, bytes, writeUnits, ...traffic } = parts.reduce(addParts, emptyPart);
  const at = jobs.findIndex(({ hasEnded }) => !hasEnded);
  const number = at === -1 ? jobs.length : at + 1;
  return {
    ...counts,
    requests: traffic.requests,
    throttledRequests: traffic.throttledRequests,
    unprocessedItems: traffic.unprocessedItems,
    retries: traffic.retries,
    writeUnits: writeUnits ?? undefined,
    // Whether it is throttled at present no state tells.
    state: 'loading',
    source: jobs[number - 1]?.key ?? '',
    sourceNumber: number,
    sources: jobs.length,
    bytes,
    done: doneOf(jobs, parts),
    acknowledged: jobs.reduce((sum, { seen }) => sum + acknowledgedOf(seen), 0),
  };
}

function partOfJob({ seen: { job, tasks } }: Followed): Part {
  return job === undefined ? emptyPart : partOf(job, tasks);
}

function acknowledgedOf({ tasks }: Followed['seen']): number {
  return [...tasks].reduce((sum, [name, { work }]) => (name === 'cut' ? sum : sum + work.acknowledged), 0);
}

/** Of packed bytes nobody knows how many are to come. */
function doneOf(jobs: readonly Followed[], parts: readonly Part[]): number | undefined {
  const sizeBytes = jobs.reduce((sum, job) => sum + job.sizeBytes, 0);
  let settled = 0;
  for (const [at, { hasEnded, sizeBytes: size, seen }] of jobs.entries()) {
    const begun = seen.job === undefined ? 0 : shareOf(seen.job, parts[at]?.bytes ?? 0);
    const share = hasEnded ? 1 : begun;
    if (share === undefined) return undefined;
    settled += share * size;
  }
  return sizeBytes === 0 ? 1 : settled / sizeBytes;
}
