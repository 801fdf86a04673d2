import type { LoaderError } from '../errors.ts';
import { publicText } from '../text/public-text.ts';
import type { Settings } from './settings.ts';
import { makeSummary } from './make-summary.ts';
import { zeroCounts, type Summary } from './summary.ts';
import { toldError } from './summary-error.ts';

/** Makes the summary of a run that failed before its load started. */
export function failedSummary(
  { table, sources }: Pick<Settings, 'table' | 'sources'>,
  error: LoaderError,
  seconds: number,
): Summary {
  return makeSummary({
    table,
    sources: sources.map((source) => (source === '-' ? 'stdin' : publicText(source))),
    counts: zeroCounts,
    seconds,
    bytes: 0,
    rejectsFiles: [],
    resumed: false,
    exitStatus: error.exitStatus,
    error: toldError(error),
  });
}
