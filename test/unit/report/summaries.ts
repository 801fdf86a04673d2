import type { Progress, Summary } from '../../../src/load/summary.ts';

/** Summary of a successful run, with the given changes. */
export function summary(changes: Partial<Summary> = {}): Summary {
  return {
    table: 'people',
    sources: ['people.csv'],
    headers: [],
    read: 1200,
    written: 1200,
    superseded: 0,
    skipped: 0,
    filtered: 0,
    rejected: 0,
    padded: 0,
    truncated: 0,
    items: 1200,
    emptySources: 0,
    ahead: 0,
    seconds: 2.5,
    recordsPerSecond: 480,
    bytes: 65_000,
    writeUnits: 1200,
    requests: 48,
    throttledRequests: 0,
    unprocessedItems: 0,
    retries: 0,
    rejectsFile: null,
    checkpoint: null,
    resumed: false,
    exitStatus: 0,
    error: null,
    ...changes,
  };
}

/** Progress of a run that is half done, with the given changes. */
export function progress(changes: Partial<Progress> = {}): Progress {
  return {
    read: 12_345,
    written: 12_345,
    superseded: 0,
    skipped: 0,
    filtered: 0,
    rejected: 0,
    padded: 0,
    truncated: 0,
    requests: 494,
    throttledRequests: 0,
    unprocessedItems: 0,
    retries: 0,
    writeUnits: 12_345,
    state: 'loading',
    source: 'people.csv',
    sourceNumber: 1,
    sources: 1,
    bytes: 500_000,
    done: 0.5,
    acknowledged: 12_345,
    ...changes,
  };
}
