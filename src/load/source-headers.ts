import type { Buffer } from 'node:buffer';
import pLimit from 'p-limit';
import { LoaderError } from '../errors.ts';
import { assertReplaceable, readHeader } from './map/header.ts';
import { findHeaderHint } from './map/header-hint.ts';
import { assertTextHeader } from './map/header-text.ts';
import type { CsvRecord, Dialect, Reader } from './read/record.ts';
import { getStartPosition } from './read/start-position.ts';
import type { Run } from './run-state.ts';
import type { ReadSettings } from './settings.ts';
import { assertSkippable } from './skip-record.ts';
import type { Source } from './source/source.ts';
import type { HeaderLine } from './summary.ts';

/** Headers read in parallel. */
const maxHeaderReads = 8;

/** Characters of a header in the summary. */
const maxHeaderCharacters = 100;

/** The header of a source: its column names. */
export interface SourceHeader {
  readonly source: Source;
  /** Empty for a column that is left out. */
  readonly names: readonly string[];
  /** A likely mistake in the read options, if the header suggests one. */
  readonly hint: string | undefined;
}

/**
 * Names the columns of a source: by `--columns`, otherwise by its header record.
 * @param reader has just read the header; undefined if the source has none
 * @throws LoaderError HEADER_INVALID
 */
export function resolveHeader(settings: ReadSettings, source: Source, reader: Reader | undefined): SourceHeader {
  const { columns, dialect } = settings;
  if (reader === undefined) return { source, hint: undefined, names: columns ?? [] };
  const header = reader.record;
  assertTextHeader(header, source.name, dialect.encoding);
  const hint = findHeaderHint(header, dialect.encoding);
  if (columns === undefined)
    return { source, hint, names: readHeader(header, { source: source.name, rules: settings, hint }) };
  assertReplaceable(header, columns, { source: source.name, lastLine: reader.line - 1 });
  return { source, hint, names: columns };
}

/**
 * Reads the headers of later sources in advance, and the records that `--skip-records` skips after them, except of empty
 * sources. Returns an empty array if the sources have no headers.
 * @throws LoaderError HEADER_INVALID, SKIPPED_RECORD_INVALID, an error of the source, or the reason for the cancellation
 */
export async function readHeaders(run: Run, sources: readonly Source[]): Promise<SourceHeader[]> {
  const { read, source } = run.settings;
  if (!read.header && source.skipRecords === 0) return [];
  const headers = await pLimit(maxHeaderReads).map(sources, (source) => readSourceStart(run, source));
  return headers.filter((header) => header !== undefined);
}

/** Returns undefined if the source has no header, or is empty. */
async function readSourceStart(
  { settings, readers, cancellation }: Run,
  source: Source,
): Promise<SourceHeader | undefined> {
  const { skipLines, skipRecords } = settings.source;
  const reader = readers.open(getStartPosition(settings.read), source.name, skipLines);
  let header: SourceHeader | undefined;
  for await (const record of readRecords(reader, cancellation.untilCanceled(source.head()))) {
    if (record.number === 0) header = resolveHeader(settings.read, source, reader);
    else assertSkippable(record, source.name);
    if (record.number >= skipRecords) break;
  }
  if (cancellation.reason !== undefined) throw cancellation.reason;
  return header;
}

/** Returns the line and the text of a header, for the summary. */
export function describeHeader(header: CsvRecord, { delimiter }: Pick<Dialect, 'delimiter'>): HeaderLine {
  const { line, bytes, starts, ends, fieldCount } = header;
  let text = '';
  for (let index = 0; index < fieldCount && text.length <= maxHeaderCharacters; index++) {
    text += `${index === 0 ? '' : delimiter}${bytes.toString('utf8', starts[index], ends[index])}`;
  }
  const characters = Array.from(text);
  const isCut = characters.length > maxHeaderCharacters;
  return { line, text: isCut ? `${characters.slice(0, maxHeaderCharacters).join('')}…` : text };
}

/** Returns undefined if there is no record. */
export async function readFirstRecord(reader: Reader, chunks: Chunks): Promise<CsvRecord | undefined> {
  for await (const record of readRecords(reader, chunks)) return record;
  return undefined;
}

type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

async function* readRecords(reader: Reader, chunks: Chunks): AsyncGenerator<CsvRecord, void, void> {
  for await (const chunk of chunks) {
    reader.push(chunk);
    while (reader.next()) yield reader.record;
  }
  reader.end();
  while (reader.next()) yield reader.record;
}

/** Calls `work`, and adds the source and the hint of its header to an error about its columns. */
export function withHeaderPlace<T>({ source, hint: headerHint }: SourceHeader, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LoaderError) || error.place !== undefined) throw error;
    const { code, message, hint, cause } = error;
    const place = { source: source.name, record: 0 };
    throw new LoaderError(code, message, { hint: headerHint ?? hint, cause, place });
  }
}
