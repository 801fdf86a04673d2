import type { LoaderError } from '../errors.ts';
import { publicText } from '../text/public-text.ts';
import type { Settings } from './settings.ts';
import type { Summary } from './summary.ts';
import { toldError } from './summary-error.ts';

/** The summary of a run that failed before its load began. */
export function failedSummary(
  { table, sources }: Pick<Settings, 'table' | 'sources'>,
  error: LoaderError,
  seconds: number,
): Summary {
  return {
    ...{ read: 0, written: 0, superseded: 0, skipped: 0, filtered: 0, rejected: 0 },
    ...{
      table,
      sources: sources.map((source) => (source === '-' ? 'stdin' : publicText(source))),
      items: 0,
      ahead: 0,
      seconds: Math.round(seconds * 1000) / 1000,
      recordsPerSecond: 0,
      bytes: 0,
    },
    ...{ writeUnits: null, requests: 0, throttledRequests: 0, unprocessedItems: 0, retries: 0 },
    ...{ rejectsFile: null, checkpoint: null, resumed: false },
    exitStatus: error.exitStatus,
    error: toldError(error),
  };
}
