import { Buffer } from 'node:buffer';
import { headingOf, readFirstRecord } from './headings.ts';
import type { Mapped } from './map/mapped.ts';
import { mapperOf, openTarget } from './open-target.ts';
import type { CsvRecord, Position } from './read/record.ts';
import { beginningOf } from './read/start-position.ts';
import type { Run, Target } from './run-state.ts';
import type { Checkpoint } from './settle/checkpoint.ts';
import type { Job } from './settle/resumable-job.ts';
import { Sink } from './sink.ts';
import type { Source } from './source/source.ts';
import { look } from './summarize.ts';

/** The route of a source's records: its own mapper, and the sink of all sources. */
export interface Route {
  readonly map: (record: CsvRecord) => Mapped;
  readonly sink: Sink;
}

/** The beginning of a source. */
export interface SourceBeginning {
  /** Index of the source. */
  readonly index: number;
  /** Undefined if the source has no header. */
  readonly header: CsvRecord | undefined;
  /** Byte-order mark and header as they are in the source: its reject file begins with them. */
  readonly rawHeader: Buffer;
  /** Where the first record starts that this run reads. */
  readonly start: Position;
}

/**
 * Names the columns of a source, compiles its mapper, and opens what is missing: for the first source, table and sink.
 * @throws LoaderError HEADER_INVALID, COLUMN_UNKNOWN, TYPE_CONFLICT …; those of `LoadDependencies.openTable`
 */
export async function openRoute(run: Run, job: Job, beginning: SourceBeginning): Promise<Route> {
  const { settings, dependencies } = run;
  const { index, header, rawHeader, start } = beginning;
  const heading = headingOf(settings.read, dependencies.sources[index] as Source, header);
  const target = (run.target ??= await openTarget(run, job, heading));
  const map = mapperOf(heading, target, settings);
  const sink = run.sink ?? (await openSink(run, job, target));
  sink.ledger.beginSource(index, rawHeader, start);
  return { map, sink };
}

/** Opens the route of a source that a checkpoint lies in. Its header is in the checkpoint, not read again. */
export async function resumeRoute(run: Run, job: Job, from: Checkpoint): Promise<Route> {
  const { settings, readers } = run;
  const rawHeader = Buffer.from(from.header ?? '', 'base64');
  const reader = readers.open(beginningOf(settings.read), 'checkpoint');
  const header = settings.read.header ? await readFirstRecord(reader, [rawHeader]) : undefined;
  return openRoute(run, job, { index: from.source, header, rawHeader, start: from.position });
}

async function openSink(run: Run, job: Job, { table, columns }: Target): Promise<Sink> {
  const { settings, dependencies, cancellation } = run;
  job.bind(table, columns);
  const client = await dependencies.openClient();
  const sink = new Sink({ settings, job, table, client, cancellation, describe: dependencies.describe });
  run.sink = sink;
  dependencies.begin(() => look(run, sink));
  return sink;
}
