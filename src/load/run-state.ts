import type { TableDescription } from '../dynamodb/table.ts';
import type { Cancellation } from './cancellation.ts';
import type { LoadDependencies } from './dependencies.ts';
import type { ReaderChoice } from './read/choose-reader.ts';
import type { Settings } from './settings.ts';
import type { ResumableJob } from './settle/resumable-job.ts';
import type { Sink } from './sink.ts';

/** The table and columns that the records of all sources are mapped to. */
export interface LoadTarget {
  readonly table: TableDescription;
  /** Column names of all sources: those of the first header, then those that only other headers have. */
  readonly columns: readonly string[];
}

/** The state of a load. The optional fields are set when the load opens them. */
export interface Run {
  readonly settings: Settings;
  readonly dependencies: LoadDependencies;
  readonly cancellation: Cancellation;
  readonly readers: ReaderChoice;
  readonly startedMs: number;
  job?: ResumableJob;
  target?: LoadTarget;
  sink?: Sink;
  /** Sources without a record that this run has passed over. */
  emptySources: number;
  /** Records that this run has written to the sink. */
  recordsRead: number;
}

/** Whether an empty source is passed over: it is not the only source, or is the object of a job. */
export function acceptsEmpty({ dependencies }: Run): boolean {
  return dependencies.sources.length > 1 || dependencies.acceptsEmpty === true;
}

/** Returns whether to read more records: the run is not canceled and is below `--max-records`. */
export function needsMoreRecords({ settings, cancellation, job, recordsRead }: Run): boolean {
  if (cancellation.reason !== undefined) return false;
  const { maxRecords } = settings.source;
  // A resumed job counts the records of its earlier runs.
  return maxRecords === undefined || (job?.from?.counts.read ?? 0) + recordsRead < maxRecords;
}
