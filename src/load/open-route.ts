import { Buffer } from 'node:buffer';
import type { TableDescription } from '../dynamodb/table.ts';
import { LoaderError } from '../errors.ts';
import { resolveHeader, readFirstRecord, readHeaders, withHeaderPlace, type SourceHeader } from './source-headers.ts';
import { planColumns, type ColumnPlan } from './map/columns.ts';
import type { MapResult } from './map/map-result.ts';
import { compileMapper, type RecordShape } from './map/mapper.ts';
import type { CsvRecord, Reader } from './read/record.ts';
import { getStartPosition } from './read/start-position.ts';
import type { Run, LoadTarget } from './run-state.ts';
import type { Checkpoint } from './settle/checkpoint.ts';
import type { ResumableJob } from './settle/resumable-job.ts';
import { Sink } from './sink.ts';
import type { Source } from './source/source.ts';
import { readProgress } from './summarize.ts';

/** The route of a source's records: a mapper of its own, and the sink that all sources share. */
export interface SourceRoute {
  readonly map: (record: CsvRecord) => MapResult;
  readonly sink: Sink;
  /** The raw header, without a byte-order mark; empty if the source has none. */
  readonly header: Buffer;
}

/**
 * Names the columns of a source and compiles its mapper. For the first source, also opens the table and the sink.
 * @param index of the source
 * @param reader has just read the header; undefined if the source has none
 * @throws LoaderError HEADER_INVALID, COLUMN_UNKNOWN, TYPE_CONFLICT …; errors of `LoadDependencies.openTable`
 */
export async function openRoute(run: Run, job: ResumableJob, index: number, reader?: Reader): Promise<SourceRoute> {
  const { settings, dependencies } = run;
  const sourceHeader = resolveHeader(settings.read, dependencies.sources[index] as Source, reader);
  const target = (run.target ??= await openTarget(run, job, sourceHeader));
  const map = createMapper(run, sourceHeader, target);
  const sink = run.sink ?? (await openSink(run, job, target));
  return { map, sink, header: copyRaw(reader?.record) };
}

function copyRaw(record: CsvRecord | undefined): Buffer {
  return Buffer.from(record?.raw.subarray(record.rawStart, record.rawEnd) ?? []);
}

/** Opens the route of the source to resume. Takes its header from the checkpoint instead of reading it again. */
export async function resumeRoute(run: Run, job: ResumableJob, from: Checkpoint): Promise<SourceRoute> {
  const { settings, readers } = run;
  const rawHeader = Buffer.from(from.header ?? '', 'base64');
  const reader = readers.open(getStartPosition(settings.read), 'checkpoint');
  const header = settings.read.header ? await readFirstRecord(reader, [rawHeader]) : undefined;
  const route = await openRoute(run, job, from.source, header && reader);
  route.sink.ledger.startSource(from.source, rawHeader, from.position);
  return route;
}

/**
 * Collects the columns of all sources, and finds or creates the table. Validates the headers of all sources here,
 * before the table is created and before the first write.
 * @param sourceHeader of the source that this run reads first
 */
async function openTarget(run: Run, job: ResumableJob, sourceHeader: SourceHeader): Promise<LoadTarget> {
  const { settings, dependencies } = run;
  const savedColumns = job.from?.columns ?? undefined;
  const { sources } = dependencies;
  // Those before it are empty, or their columns are in the checkpoint.
  const later = sources.slice(sources.indexOf(sourceHeader.source) + 1);
  const others = savedColumns === undefined ? await readHeaders(run, later) : [];
  const columns = savedColumns ?? [...new Set([sourceHeader, ...others].flatMap(({ names }) => names))].filter(isNamed);
  const plan = withHeaderPlace(sourceHeader, () => planColumns(sourceHeader.names, settings.map, columns));
  const assertLoadable = (table: TableDescription): void => {
    for (const header of [sourceHeader, ...others]) createMapper(run, header, { table, columns });
  };
  const table = await openTable(run, sourceHeader, plan, assertLoadable);
  assertLoadable(table);
  return { table, columns };
}

/** Finds or creates the table. Creates none if the header suggests wrong read options. */
async function openTable(
  { settings, dependencies }: Run,
  { hint, source }: SourceHeader,
  plan: readonly ColumnPlan[],
  assertLoadable: (table: TableDescription) => void,
): Promise<TableDescription> {
  const { createTable, partitionKey } = settings.write;
  if (createTable && partitionKey === undefined && hint !== undefined) {
    throw new LoaderError('HEADER_INVALID', 'cannot create a table from the header: the read options look wrong', {
      hint: `${hint} If the header is correct, set --partition-key.`,
      place: { source: source.name, record: 0 },
    });
  }
  return dependencies.openTable(plan, assertLoadable);
}

/**
 * Compiles the mapper of a source.
 * @throws LoaderError COLUMN_UNKNOWN, HEADER_INVALID, KEY_COLUMN_MISSING, TYPE_CONFLICT
 */
function createMapper(
  run: Run,
  sourceHeader: SourceHeader,
  { table, columns }: LoadTarget,
): (record: CsvRecord) => MapResult {
  const { map, read } = run.settings;
  const { names } = sourceHeader;
  const shape: RecordShape = {
    fieldCount: names.length,
    ragged: read.ragged,
    unnamed: [...names.keys()].filter((index) => names[index] === ''),
    onAdjusted: (adjustment) => run.sink?.ledger.noteAdjusted(adjustment),
  };
  return withHeaderPlace(sourceHeader, () => compileMapper(planColumns(names, map, columns), shape, table, map));
}

function isNamed(column: string): boolean {
  return column !== '';
}

async function openSink(run: Run, job: ResumableJob, { table, columns }: LoadTarget): Promise<Sink> {
  const { settings, dependencies, cancellation } = run;
  job.bind(table, columns);
  const client = await dependencies.openClient();
  const sink = new Sink({ settings, job, table, client, cancellation, describe: dependencies.describe });
  run.sink = sink;
  dependencies.begin(() => readProgress(run, sink));
  return sink;
}
