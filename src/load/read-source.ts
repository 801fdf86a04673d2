import { Buffer } from 'node:buffer';
import { LoaderError } from '../errors.ts';
import { headerMissing } from './map/header.ts';
import { openRoute, resumeRoute, type Route } from './open-route.ts';
import type { Position, Reader } from './read/record.ts';
import { beginningOf } from './read/start-position.ts';
import { wantsMore, type Run } from './run-state.ts';
import type { Job } from './settle/resumable-job.ts';
import type { Source } from './source/source.ts';

/** A source that is being read. */
interface Reading {
  /** Index of the source. */
  readonly index: number;
  readonly start: Position;
  readonly reader: Reader;
  /** Undefined until the header is read. */
  route: Route | undefined;
  /** Bytes of the records so far, and those before `start`. */
  recordBytes: number;
}

/**
 * Reads one source, from its beginning or from the checkpoint: bytes → records → items → sink.
 * Returns at the end of the source, or earlier if no more records are wanted.
 * @throws LoaderError of the source, its header, the table; INTERNAL if the bytes do not add up (P1)
 */
export async function readSource(run: Run, job: Job, index: number): Promise<void> {
  const { settings, cancellation } = run;
  const source = run.dependencies.sources[index] as Source;
  const from = job.from?.source === index && job.from.header !== null ? job.from : undefined;
  const start = from?.position ?? beginningOf(settings.read);
  const reader = run.readers.open(start, source.name);
  const route = from && (await resumeRoute(run, job, from));
  const reading: Reading = { index, start, reader, route, recordBytes: start.offset };
  let bytes = start.offset;

  for await (const chunk of cancellation.until(source.read(start.offset, job.from?.identities[index]))) {
    bytes += chunk.length;
    reader.push(chunk);
    run.sink?.flow();
    if (!(await writeRecords(run, job, reading))) return;
    run.sink?.linger();
  }
  if (cancellation.reason !== undefined) return;
  reader.end();
  if (!(await writeRecords(run, job, reading))) return;
  if (reading.route === undefined && settings.read.header) throw headerMissing(source.name);
  const { sink } = (reading.route ??= await beginSource(run, job, reading));
  const accounted = reading.recordBytes + reader.blankBytes;
  if (bytes !== accounted) {
    throw new LoaderError('INTERNAL', `${source.name}: ${bytes} bytes came, ${accounted} are accounted for`);
  }
  sink.ledger.endSource(bytes);
}

/**
 * Maps the records that the reader has complete, and writes their items to the sink.
 * @returns whether more records are wanted.
 */
async function writeRecords(run: Run, job: Job, reading: Reading): Promise<boolean> {
  const { index, reader } = reading;
  const { skipRecords } = run.settings.source;
  while (reader.next()) {
    const { record } = reader;
    reading.recordBytes += record.rawEnd - record.rawStart;
    const { map, sink } = (reading.route ??= await beginSource(run, job, reading));
    // The header is record 0.
    if (record.number <= skipRecords) continue;
    run.recordsRead++;
    sink.write(index, record, reader.line, map(record));
    if (sink.isFull) await sink.untilRoom();
    if (!wantsMore(run)) return false;
  }
  return true;
}

/** Opens the route of a source at its first record, or at its end if it has none. */
async function beginSource(run: Run, job: Job, { index, start, reader }: Reading): Promise<Route> {
  const { record, byteOrderMark, position } = reader;
  const hasHeader = run.settings.read.header;
  const headerBytes = hasHeader ? record.raw.subarray(record.rawStart, record.rawEnd) : Buffer.alloc(0);
  const rawHeader = Buffer.concat([byteOrderMark, headerBytes]);
  const route = await openRoute(run, job, index, hasHeader ? record : undefined);
  route.sink.ledger.beginSource(index, rawHeader, hasHeader ? position : start);
  // Nothing is written yet: from here on a kill costs nothing.
  if (!job.saved) await job.save(route.sink.standing);
  return route;
}
