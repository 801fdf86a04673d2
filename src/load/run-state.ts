import type { TableDescription } from '../dynamodb/table.ts';
import type { Cancellation } from './cancellation.ts';
import type { LoadDependencies } from './dependencies.ts';
import type { ReaderChoice } from './read/choose-reader.ts';
import type { Settings } from './settings.ts';
import type { Job } from './settle/resumable-job.ts';
import type { Sink } from './sink.ts';

/** What the records of all sources are mapped to. */
export interface Target {
  readonly table: TableDescription;
  /** Names of the columns of all sources: those of the first header, then those that only others have. */
  readonly columns: readonly string[];
}

/** The state of a load. Optional parts are missing until they are opened. */
export interface Run {
  readonly settings: Settings;
  readonly dependencies: LoadDependencies;
  readonly cancellation: Cancellation;
  readonly readers: ReaderChoice;
  readonly startedMs: number;
  job?: Job;
  target?: Target;
  sink?: Sink;
  /** Records that this run has read and handed to the sink. */
  recordsRead: number;
}

/** Whether further records are to be read: the run is not cancelled, and has fewer than `--max-records`. */
export function wantsMore({ settings, cancellation, job, recordsRead }: Run): boolean {
  if (cancellation.reason !== undefined) return false;
  const { maxRecords } = settings.source;
  // A resumed job counts the records of its earlier runs.
  return maxRecords === undefined || (job?.from?.counts.read ?? 0) + recordsRead < maxRecords;
}
