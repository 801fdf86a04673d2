import type { LoaderError } from '../errors.ts';
import { publicText } from '../options/public-text.ts';
import type { Settings } from '../options/settings.ts';
import type { Summary } from './summary.ts';

/** The summary of a run that failed before its load began. */
export function failedSummary(
  { table, sources }: Pick<Settings, 'table' | 'sources'>,
  error: LoaderError,
  seconds: number,
): Summary {
  const { source, line, record } = error.place ?? {};
  const place = {
    ...(source === undefined ? {} : { source }),
    ...(line === undefined ? {} : { line }),
    ...(record === undefined ? {} : { record }),
  };
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
    error: {
      code: error.code,
      message: error.message,
      hint: error.hint ?? null,
      place: error.place === undefined ? null : place,
    },
  };
}
