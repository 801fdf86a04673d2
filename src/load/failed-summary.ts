import type { LoaderError } from '../errors.ts';
import { hideUrlSecrets } from '../text/hide-url-secrets.ts';
import type { Settings } from './settings.ts';
import { makeSummary } from './make-summary.ts';
import { zeroCounts, type Summary } from './summary.ts';
import { toSummaryError } from './summary-error.ts';

/** Makes the summary of a run that failed before its load started. */
export function makeFailedSummary(
  { table, sources }: Pick<Settings, 'table' | 'sources'>,
  error: LoaderError,
  seconds: number,
): Summary {
  return makeSummary({
    table,
    sources: sources.map((source) => (source === '-' ? 'stdin' : hideUrlSecrets(source))),
    headers: [],
    counts: zeroCounts,
    seconds,
    bytes: 0,
    rejectsFiles: [],
    resumed: false,
    exitStatus: error.exitStatus,
    error: toSummaryError(error),
  });
}
