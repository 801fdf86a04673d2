import pLimit from 'p-limit';
import type { TableDescription } from '../dynamodb/table.ts';
import { LoaderError } from '../errors.ts';
import { Line } from './sink.ts';
import { planColumns, type ColumnPlan } from './map/columns.ts';
import { headerMissing, readHeader } from './map/header.ts';
import { headingHint } from './map/header-hint.ts';
import type { Mapped } from './map/mapped.ts';
import { compileMapper } from './map/mapper.ts';
import { beginningOf } from './read/start-position.ts';
import type { CsvRecord, Position } from './read/record.ts';
import type { Run } from './run-state.ts';
import type { Checkpoint } from './settle/checkpoint.ts';
import type { Job } from './settle/resumable-job.ts';
import type { Source } from './source/source.ts';
import { look } from './summarize.ts';

/** Headers that are looked at at a time. */
const headersAtATime = 8;

/** Where the records of a source go: what maps them, and the line they are put on. */
export interface Way {
  readonly map: (record: CsvRecord) => Mapped;
  readonly line: Line;
}

/**
 * Names the columns, finds the table (for the first source), compiles the mapper and puts up the line.
 * @param header undefined where the source has none
 * @param rawHeader as it stands in the source, its byte-order mark too: what a reject file begins with
 * @param start where the first record of the source begins
 */
export async function openWay(
  run: Run,
  job: Job,
  index: number,
  header: CsvRecord | undefined,
  rawHeader: Buffer,
  start: Position,
): Promise<Way> {
  const { settings, edges } = run;
  const source = edges.sources[index] as Source;
  const heading = headingOf(run, source, header);
  const { names } = heading;
  const known = run.columns ?? job.from?.columns;
  const others = known == null ? await headersOf(run, edges.sources.toSpliced(index, 1)) : [];
  const all = known ?? [...new Set([names, ...others.map((other) => other.names)].flat())];
  run.columns = all;

  const columns = at(heading, () => planColumns(names, settings.map, all));
  run.table ??= await openTable(run, heading, columns);
  const { table } = run;
  const compile = (plan: readonly ColumnPlan[], fields: number) =>
    compileMapper(plan, fields, table, settings.map, settings.read.ragged);
  // What is wrong with a later header is found before the first write.
  for (const other of others) {
    at(other, () => compile(planColumns(other.names, settings.map, all), other.names.length));
  }
  const map = at(heading, () => compile(columns, names.length));
  if (run.line === undefined) {
    job.bind(table, all);
    const client = await edges.openClient();
    run.line = new Line({ settings, job, table, client, halt: run.halt, describe: edges.describe });
    const { line } = run;
    edges.begin(() => look(run, line));
  }
  run.line.ledger.beginSource(index, rawHeader, start);
  return { map, line: run.line };
}

/** Finds or makes the table. None is made from a header that looks as if it is read the wrong way. */
async function openTable({ settings, edges }: Run, heading: Heading, columns: ColumnPlan[]): Promise<TableDescription> {
  const { createTable, partitionKey } = settings.write;
  if (createTable && partitionKey === undefined && heading.hint !== undefined) {
    throw new LoaderError(
      'HEADER_INVALID',
      'The header looks as if it were read the wrong way, so no table is made from it.',
      {
        hint: `${heading.hint} If it is right as it is, name the partition key with --partition-key.`,
        place: { source: heading.source.name, record: 0 },
      },
    );
  }
  return edges.openTable(columns);
}

/** The way of a resumed source: its header is in the checkpoint, and before the place where reading goes on. */
export async function openWayAgain(run: Run, job: Job, index: number, from: Checkpoint): Promise<Way> {
  const raw = Buffer.from(from.header ?? '', 'base64');
  const header = run.settings.read.header ? await firstRecord(run, 'checkpoint', [raw]) : undefined;
  return openWay(run, job, index, header, raw, from.position);
}

/** What the columns of a source are called. */
interface Heading {
  readonly source: Source;
  readonly names: readonly string[];
  /** What is likely wrong with the way the header is read, where it looks like that. */
  readonly hint: string | undefined;
}

/** Looks at the headers of sources that are still to come; where there are none to look at, at nothing. */
async function headersOf(run: Run, sources: readonly Source[]): Promise<Heading[]> {
  if (!run.settings.read.header) return [];
  const limit = pLimit(headersAtATime);
  return limit.map(sources, async (source) => {
    const record = await firstRecord(run, source.name, run.halt.until(source.head()));
    if (run.halt.reason !== undefined) throw run.halt.reason;
    if (record === undefined) throw headerMissing(source.name);
    return headingOf(run, source, record);
  });
}

/** Undefined where there is no record. */
async function firstRecord(
  { readers, settings }: Run,
  name: string,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<CsvRecord | undefined> {
  const reader = readers.open(beginningOf(settings.read), name);
  for await (const chunk of chunks) {
    reader.push(chunk);
    if (reader.next()) return reader.record;
  }
  reader.end();
  return reader.next() ? reader.record : undefined;
}

/** `--columns`, else what the header says. */
function headingOf(run: Run, source: Source, header: CsvRecord | undefined): Heading {
  const { columns, dialect } = run.settings.read;
  const hint = header && headingHint(header, dialect.encoding);
  if (columns === undefined) {
    return { source, hint, names: header === undefined ? [] : readHeader(header, source.name, hint) };
  }
  if (header !== undefined && header.fieldCount !== columns.length) {
    throw new LoaderError(
      'HEADER_INVALID',
      `the header has ${header.fieldCount} columns, and --columns names ${columns.length}`,
      { place: { source: source.name, line: header.line, record: header.number }, hint: 'Name all of them, in order.' },
    );
  }
  return { source, hint, names: columns };
}

/** Does what may find something wrong with the columns of a source, and says which source it was. */
function at<T>({ source, hint: known }: Heading, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LoaderError) || error.place !== undefined) throw error;
    const { code, message, hint, cause } = error;
    throw new LoaderError(code, message, { hint: known ?? hint, cause, place: { source: source.name, record: 0 } });
  }
}
