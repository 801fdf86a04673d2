import { exitStatus as statuses, type ExitStatus } from '../errors.ts';
import { zeroTraffic, type Counts, type Summary, type Traffic } from './summary.ts';

type CopiedField = 'table' | 'sources' | 'headers' | 'seconds' | 'bytes' | 'resumed' | 'error';

/** The facts that the summary of a run is computed from. */
export interface SummaryFacts
  extends Pick<Summary, CopiedField>, Partial<Pick<Summary, 'emptySources' | 'ahead' | 'checkpoint'>> {
  readonly counts: Counts;
  /** Records that this run read, for its rate. Default: `counts.read`. */
  readonly recordsOfRun?: number;
  /** Default: no requests. */
  readonly traffic?: (Omit<Traffic, 'writeUnits'> & { readonly writeUnits: number | null | undefined }) | undefined;
  readonly rejectsFiles: readonly string[];
  /** Default: the status of a run that read its sources to the end. */
  readonly exitStatus?: ExitStatus | undefined;
}

/** A shorter run counts as this long, so that its rate is finite; in seconds. */
const minSeconds = 0.001;

/** Makes the summary of a run. The only place that sets the fields of a summary and their order. */
export function makeSummary(facts: SummaryFacts): Summary {
  const { table, sources, headers, counts, seconds, bytes, rejectsFiles, resumed, error } = facts;
  const { recordsOfRun = counts.read, emptySources = 0, ahead = 0, checkpoint = null, traffic = zeroTraffic } = facts;
  return {
    table,
    sources,
    emptySources,
    headers,
    ...counts,
    items: counts.written,
    ahead,
    seconds: Math.round(seconds * 1000) / 1000,
    recordsPerSecond: Math.round(recordsOfRun / Math.max(seconds, minSeconds)),
    bytes,
    writeUnits: traffic.writeUnits ?? null,
    requests: traffic.requests,
    throttledRequests: traffic.throttledRequests,
    unprocessedItems: traffic.unprocessedItems,
    retries: traffic.retries,
    rejectsFile: rejectsFiles.length > 1 ? rejectsFiles : (rejectsFiles[0] ?? null),
    checkpoint,
    resumed,
    exitStatus: facts.exitStatus ?? (counts.rejected > 0 ? statuses.rejects : statuses.done),
    error,
  };
}
