import { Buffer } from 'node:buffer';
import type { TableDescription } from '../dynamodb/table.ts';
import { LoaderError } from '../errors.ts';
import { headingOf, readFirstRecord, readHeadings, withPlace, type Heading } from './headings.ts';
import { planColumns, type ColumnPlan } from './map/columns.ts';
import type { Mapped } from './map/mapped.ts';
import { compileMapper } from './map/mapper.ts';
import type { CsvRecord } from './read/record.ts';
import { beginningOf } from './read/start-position.ts';
import type { Run, Target } from './run-state.ts';
import type { Settings } from './settings.ts';
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

/**
 * Names the columns of a source, compiles its mapper, and opens what is missing: for the first source, table and sink.
 * @param index of the source
 * @param header undefined if the source has none
 * @throws LoaderError HEADER_INVALID, COLUMN_UNKNOWN, TYPE_CONFLICT …; those of `LoadDependencies.openTable`
 */
export async function openRoute(run: Run, job: Job, index: number, header: CsvRecord | undefined): Promise<Route> {
  const { settings, dependencies } = run;
  const heading = headingOf(settings.read, dependencies.sources[index] as Source, header);
  const target = (run.target ??= await openTarget(run, job, heading));
  const map = mapperOf(heading, target, settings);
  const sink = run.sink ?? (await openSink(run, job, target));
  return { map, sink };
}

/** Opens the route of a source that a checkpoint lies in. Its header is in the checkpoint, not read again. */
export async function resumeRoute(run: Run, job: Job, from: Checkpoint): Promise<Route> {
  const { settings, readers } = run;
  const rawHeader = Buffer.from(from.header ?? '', 'base64');
  const reader = readers.open(beginningOf(settings.read), 'checkpoint');
  const header = settings.read.header ? await readFirstRecord(reader, [rawHeader]) : undefined;
  const route = await openRoute(run, job, from.source, header);
  route.sink.ledger.beginSource(from.source, rawHeader, from.position);
  return route;
}

/**
 * Gathers the columns of all sources, and finds or creates the table. Errors in later headers are found now, before
 * the first write.
 * @param heading of the source that this run reads first
 */
async function openTarget(run: Run, job: Job, heading: Heading): Promise<Target> {
  const { settings, dependencies } = run;
  const known = job.from?.columns ?? undefined;
  const later = dependencies.sources.filter((source) => source !== heading.source);
  const others = known === undefined ? await readHeadings(run, later) : [];
  const columns = known ?? [...new Set([heading, ...others].flatMap(({ names }) => names))];
  const plan = withPlace(heading, () => planColumns(heading.names, settings.map, columns));
  const table = await openTable(run, heading, plan);
  const target = { table, columns };
  for (const other of others) mapperOf(other, target, settings);
  return target;
}

/** Finds or creates the table. None is created if the header looks as if it is read with the wrong options. */
async function openTable(
  { settings, dependencies }: Run,
  { hint, source }: Heading,
  plan: readonly ColumnPlan[],
): Promise<TableDescription> {
  const { createTable, partitionKey } = settings.write;
  if (createTable && partitionKey === undefined && hint !== undefined) {
    throw new LoaderError(
      'HEADER_INVALID',
      'The header looks as if it were read the wrong way, so no table is made from it.',
      {
        hint: `${hint} If it is right as it is, name the partition key with --partition-key.`,
        place: { source: source.name, record: 0 },
      },
    );
  }
  return dependencies.openTable(plan);
}

/**
 * Compiles the mapper of a source.
 * @throws LoaderError COLUMN_UNKNOWN, HEADER_INVALID, KEY_COLUMN_MISSING, TYPE_CONFLICT
 */
function mapperOf(
  heading: Heading,
  { table, columns }: Target,
  { map, read }: Settings,
): (record: CsvRecord) => Mapped {
  const { names } = heading;
  return withPlace(heading, () =>
    compileMapper(planColumns(names, map, columns), { fieldCount: names.length, ragged: read.ragged }, table, map),
  );
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
