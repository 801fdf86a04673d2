import type { TableDescription } from '../dynamodb/table.ts';
import type { Edges } from './dependencies.ts';
import type { Halt } from './cancellation.ts';
import type { Line } from './sink.ts';
import type { Settings } from './settings.ts';
import type { ReaderChoice } from './read/choose-reader.ts';
import type { Job } from './settle/resumable-job.ts';

/** A load under way; what is not there yet is undefined. */
export interface Run {
  readonly settings: Settings;
  readonly edges: Edges;
  readonly halt: Halt;
  readonly readers: ReaderChoice;
  readonly startedMs: number;
  job?: Job;
  table?: TableDescription;
  /** Names of the columns of all sources: those of the first header, then what only others have. */
  columns?: readonly string[];
  line?: Line;
  /** Records that readers found in this run and that were put on the line. */
  taken: number;
}

/** Whether `--max-records` are read, those of earlier runs of the job too. */
export function hasEnough({ settings, job, taken }: Run): boolean {
  const { maxRecords } = settings.source;
  return maxRecords !== undefined && (job?.from?.counts.read ?? 0) + taken >= maxRecords;
}
