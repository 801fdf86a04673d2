import { Buffer } from 'node:buffer';
import { LoaderError } from '../errors.ts';
import { markedRecord, repeatsHeader, startsWithMark } from './joined-files.ts';
import { createMissingHeaderError } from './map/header.ts';
import { openRoute, resumeRoute, type SourceRoute } from './open-route.ts';
import { getByteOrderMark } from './read/encoding/encodings.ts';
import type { Position, Reader } from './read/record.ts';
import { getStartPosition } from './read/start-position.ts';
import { acceptsEmpty, needsMoreRecords, type Run } from './run-state.ts';
import { assertSkippable, spansLines } from './skip-record.ts';
import { describeHeader } from './source-headers.ts';
import type { ResumableJob } from './settle/resumable-job.ts';
import type { Source } from './source/source.ts';

/** The state of reading one source. */
interface SourceReading {
  /** Index of the source. */
  readonly index: number;
  readonly start: Position;
  readonly reader: Reader;
  /** Undefined until the header has been read. */
  route: SourceRoute | undefined;
  /** The byte-order mark of its encoding, which only its first bytes may be; empty if there is none. */
  readonly mark: Buffer;
  /** Whether a skipped record with several lines was reported. */
  hasWarned: boolean;
  /** Whether a record that equals the header was reported. */
  hasRepeated: boolean;
  /** Bytes before `start` plus the bytes of the records so far. */
  recordBytes: number;
}

/**
 * Reads one source, from its beginning or from the checkpoint: bytes → records → items → sink.
 * Returns at the end of the source, or earlier if the run needs no more records.
 * @throws LoaderError for the source, its header or the table; INTERNAL if the bytes do not add up (P1)
 */
export async function readSource(run: Run, job: ResumableJob, index: number): Promise<void> {
  const { settings, cancellation } = run;
  const source = run.dependencies.sources[index] as Source;
  const from = job.from?.source === index && job.from.header !== null ? job.from : undefined;
  const start = from?.position ?? getStartPosition(settings.read);
  // Only the start of a source has lines to skip.
  const reader = run.readers.open(start, source.name, start.offset === 0 ? settings.source.skipLines : 0);
  const route = from && (await resumeRoute(run, job, from));
  const mark = getByteOrderMark(settings.read.dialect.encoding);
  const reading: SourceReading = {
    index,
    start,
    reader,
    route,
    mark,
    hasWarned: false,
    hasRepeated: !settings.read.header,
    recordBytes: start.offset,
  };
  let bytes = start.offset;

  for await (const chunk of cancellation.untilCanceled(source.read(start.offset, job.from?.identities[index]))) {
    bytes += chunk.length;
    reader.push(chunk);
    run.sink?.expectRecords();
    if (!(await writeRecords(run, job, reading))) return;
    run.sink?.flushSoon();
  }
  if (cancellation.reason !== undefined) return;
  reader.end();
  if (!(await writeRecords(run, job, reading))) return;
  const isEmpty = reading.route === undefined && settings.read.header;
  if (isEmpty && !acceptsEmpty(run)) throw createMissingHeaderError(source.name, settings.source.skipLines);
  const accounted = reading.recordBytes + reader.blankBytes;
  if (bytes !== accounted) {
    throw new LoaderError('INTERNAL', `${source.name}: read ${bytes} bytes, but ${accounted} are accounted for`);
  }
  if (isEmpty) {
    passOver(run, reading, bytes);
    return;
  }
  const { sink } = (reading.route ??= await startSource(run, job, reading));
  sink.ledger.endSource(bytes);
}

/**
 * Maps the complete records of the reader, and writes their items to the sink.
 * @returns whether the run needs more records
 */
async function writeRecords(run: Run, job: ResumableJob, reading: SourceReading): Promise<boolean> {
  const { index, reader, mark } = reading;
  const { skipRecords } = run.settings.source;
  while (reader.next()) {
    const { record } = reader;
    reading.recordBytes += record.rawEnd - record.rawStart;
    const { map, sink, header } = (reading.route ??= await startSource(run, job, reading));
    // The header is record 0.
    if (record.number <= skipRecords) {
      if (record.number > 0) skipRecord(run, reading);
      continue;
    }
    run.recordsRead++;
    if (!reading.hasRepeated && repeatsHeader(record, header)) warnOfHeader(run, reading);
    sink.write(index, record, reader.line, startsWithMark(record, mark) ? markedRecord : map(record));
    if (sink.isFull) await sink.waitForRoom();
    if (!needsMoreRecords(run)) return false;
  }
  return true;
}

/** Counts a source without a record. Its bytes count too, unless no source before it has a record. */
function passOver(run: Run, { index, start, reader }: SourceReading, bytes: number): void {
  run.emptySources++;
  run.sink?.ledger.startSource(index, reader.byteOrderMark, start);
  run.sink?.ledger.endSource(bytes);
}

/**
 * Skips a record (`--skip-records`). Warns about the first one of a source that has several lines, because they may be records.
 * @throws LoaderError SKIPPED_RECORD_INVALID
 */
function skipRecord({ dependencies }: Run, reading: SourceReading): void {
  const { record } = reading.reader;
  const source = dependencies.sources[reading.index]?.name ?? '';
  assertSkippable(record, source);
  if (reading.hasWarned || !spansLines(record)) return;
  reading.hasWarned = true;
  dependencies.say(`warning: --skip-records skips a record of several lines: ${source}, line ${record.line}`);
}

/** Warns about the first record of a source that equals its header: files were joined. */
function warnOfHeader({ dependencies }: Run, reading: SourceReading): void {
  const source = dependencies.sources[reading.index]?.name ?? '';
  reading.hasRepeated = true;
  dependencies.say(
    `warning: the header repeats and is loaded as a record: ${source}, line ${reading.reader.record.line}`,
  );
}

/** Opens the route of a source at its first record, or at its end if it has no record. */
async function startSource(run: Run, job: ResumableJob, { index, start, reader }: SourceReading): Promise<SourceRoute> {
  const { record, byteOrderMark, position } = reader;
  const { header: hasHeader, dialect } = run.settings.read;
  const headerBytes = hasHeader ? record.raw.subarray(record.rawStart, record.rawEnd) : Buffer.alloc(0);
  const rawHeader = Buffer.concat([byteOrderMark, headerBytes]);
  const route = await openRoute(run, job, index, hasHeader ? reader : undefined);
  route.sink.ledger.startSource(index, rawHeader, hasHeader ? position : start);
  if (hasHeader) route.sink.ledger.noteHeader({ source: index, ...describeHeader(record, dialect) });
  // Saved before the first write: a process killed from here on can be resumed.
  if (!job.hasCheckpoint) await job.save(route.sink.state);
  return route;
}
