import type { TableDescription } from './dynamodb/table.ts';
import type { Edges } from './edges.ts';
import { LoaderError, type ErrorCode } from './errors.ts';
import { Halt } from './halt.ts';
import { Line } from './line.ts';
import { planColumns } from './map/columns.ts';
import { readHeader } from './map/header.ts';
import type { Mapped } from './map/mapped.ts';
import { compileMapper } from './map/mapper.ts';
import type { Settings } from './options/settings.ts';
import { ByteReader } from './read/byte-reader.ts';
import type { CsvRecord, Position } from './read/record.ts';
import type { Summary } from './report/summary.ts';
import { openJob, type Job } from './settle/job.ts';
import { sourceStart } from './settle/ledger.ts';
import type { Source } from './source/source.ts';
import { look, summarize } from './summarize.ts';

/** These end a run at once; other ends of the input let the records before them arrive first. */
const endsAtOnce: ReadonlySet<ErrorCode> = new Set(['SOURCE_CHANGED', 'OUTPUT_UNWRITABLE', 'INTERNAL']);

/**
 * Loads the sources, one after the other, into the table:
 * source → read → map → order → batch → write → settle → report.
 * @returns how the run ended; it does not throw for what the input, the table or the machine does.
 */
export async function load(settings: Settings, edges: Edges): Promise<Summary> {
  const run: Run = { settings, edges, halt: new Halt(edges.stop), startedMs: performance.now(), taken: 0 };
  try {
    run.job = await openJob(settings, edges.sources, edges.say);
    const first = run.job.from?.source ?? 0;
    for (const [index, source] of edges.sources.entries()) {
      if (index >= first && run.halt.reason === undefined) await loadSource(run, run.job, source, index);
    }
    await run.line?.drain();
    if (run.halt.reason === undefined) run.line?.assertAccounted(run.taken);
  } catch (error) {
    if (error instanceof LoaderError && !endsAtOnce.has(error.code)) await letArrive(run);
    run.halt.because(error);
  }
  return end(run);
}

/** The records before the place where the input ended. A bug on their way is what the run ends with then. */
async function letArrive({ line, halt }: Run): Promise<void> {
  try {
    await line?.drain();
  } catch (error) {
    halt.because(error);
  }
}

/** A load under way; `job` and `line` are there once they are opened. */
interface Run {
  readonly settings: Settings;
  readonly edges: Edges;
  readonly halt: Halt;
  readonly startedMs: number;
  job?: Job;
  line?: Line;
  table?: TableDescription;
  /** Records that readers found in this run, headers not counted. */
  taken: number;
}

async function loadSource(run: Run, job: Job, source: Source, index: number): Promise<void> {
  const { halt, settings } = run;
  const from = job.from?.source === index ? job.from : undefined;
  const start = from?.position ?? sourceStart;
  const reader = new ByteReader(settings.read, start, source.name);
  let way = from?.header == null ? undefined : await openWay(run, job, index, headerAgain(run, from.header), start);
  let bytes = start.offset;
  let recordBytes = start.offset;

  /** @returns whether the run goes on. */
  const takeRecords = async (): Promise<boolean> => {
    while (reader.next()) {
      const { record } = reader;
      recordBytes += record.rawEnd - record.rawStart;
      if (way === undefined) {
        way = await openWay(run, job, index, record, reader.position);
        // Before the first write, and whenever a source begins: from here on a kill costs nothing.
        await job.save(way.line.ledger, way.line.rejects);
        continue;
      }
      run.taken++;
      way.line.take(index, record, reader.position, way.map(record));
      if (way.line.full) await way.line.room();
      if (halt.reason !== undefined) return false;
    }
    return true;
  };

  for await (const chunk of halt.until(source.read(start.offset, job.from?.identities[index]))) {
    bytes += chunk.length;
    reader.push(chunk);
    way?.line.flow();
    if (!(await takeRecords())) return;
    way?.line.linger();
  }
  if (halt.reason !== undefined) return;
  reader.end();
  if (!(await takeRecords())) return;
  if (way === undefined) throw emptySource(source.name);
  if (bytes !== recordBytes + reader.blankBytes) {
    throw new LoaderError(
      'INTERNAL',
      `${source.name}: ${bytes} bytes came, ${recordBytes + reader.blankBytes} are accounted for`,
    );
  }
  way.line.ledger.endSource(bytes);
}

/** Where the records of a source go: what maps them, and the line they are put on. */
interface Way {
  readonly map: (record: CsvRecord) => Mapped;
  readonly line: Line;
}

/** Reads the header, finds the table (for the first source), and compiles the mapper. */
async function openWay(run: Run, job: Job, index: number, header: CsvRecord, start: Position): Promise<Way> {
  const { settings, edges } = run;
  const source = edges.sources[index];
  const names = readHeader(header, source?.name ?? '');
  const raw = Buffer.from(header.raw.subarray(header.rawStart, header.rawEnd));
  const columns = planColumns(names, settings.map);
  run.table ??= await edges.openTable(columns);
  const map = compileMapper(columns, names.length, run.table, settings.map, settings.read.ragged);
  if (run.line === undefined) {
    job.bind(run.table);
    run.line = new Line(settings, edges.sources, job, run.table, await edges.openClient(), run.halt);
    const { line } = run;
    edges.begin(() => look(run, line));
  }
  run.line.ledger.beginSource(index, raw, start);
  return { map, line: run.line };
}

/** The header of a resumed source, from the checkpoint: its bytes are before the place where reading goes on. */
function headerAgain(run: Run, base64: string): CsvRecord {
  const reader = new ByteReader(run.settings.read, sourceStart, 'checkpoint');
  reader.push(Buffer.from(base64, 'base64'));
  reader.end();
  reader.next();
  return reader.record;
}

function emptySource(name: string): LoaderError {
  return new LoaderError('HEADER_INVALID', 'the source is empty: it has not even a header', {
    place: { source: name },
    hint: 'a file without records still has a line that names its columns',
  });
}

/** Lets what is in flight come home, leaves a checkpoint or takes it away, and says what happened. */
async function end(run: Run): Promise<Summary> {
  const { job, line, halt } = run;
  await line?.stop();
  if (job !== undefined) {
    try {
      if (line !== undefined && (halt.reason !== undefined || line.rejects.isWaiting)) {
        await job.save(line.ledger, line.rejects);
      }
      if (halt.reason === undefined) await job.finish();
    } catch (error) {
      // What could not be saved now stays as the last checkpoint has it.
      halt.because(error);
      if (error instanceof LoaderError && error !== halt.reason) run.edges.say(error.message);
    }
  }
  await job?.release();
  const { reason } = halt;
  if (reason?.code === 'INTERNAL' && reason.cause instanceof Error) run.edges.say(reason.cause.stack ?? '');
  return summarize(run);
}
