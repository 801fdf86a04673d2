import type { Buffer } from 'node:buffer';
import pLimit from 'p-limit';
import { LoaderError } from '../errors.ts';
import { headerMissing, readHeader } from './map/header.ts';
import { headingHint } from './map/header-hint.ts';
import type { CsvRecord, Reader } from './read/record.ts';
import { beginningOf } from './read/start-position.ts';
import type { Run } from './run-state.ts';
import type { ReadSettings } from './settings.ts';
import type { Source } from './source/source.ts';

/** Sources whose headers are read at the same time. */
const headersAtATime = 8;

/** The names of a source's columns. */
export interface Heading {
  readonly source: Source;
  readonly names: readonly string[];
  /** The likely mistake in the options of reading, if the header looks like one. */
  readonly hint: string | undefined;
}

/**
 * Names the columns of a source: as `--columns` says, else as its header does.
 * @param header undefined if the source has none
 * @throws LoaderError HEADER_INVALID
 */
export function headingOf(settings: ReadSettings, source: Source, header: CsvRecord | undefined): Heading {
  const { columns, dialect } = settings;
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

/**
 * Reads the headings of sources before their turn; none if the sources have no headers.
 * @throws LoaderError HEADER_INVALID, those of the sources, or the reason of a cancelled run
 */
export async function readHeadings(
  { settings, readers, cancellation }: Run,
  sources: readonly Source[],
): Promise<Heading[]> {
  if (!settings.read.header) return [];
  return pLimit(headersAtATime).map(sources, async (source) => {
    const reader = readers.open(beginningOf(settings.read), source.name);
    const header = await readFirstRecord(reader, cancellation.until(source.head()));
    if (cancellation.reason !== undefined) throw cancellation.reason;
    if (header === undefined) throw headerMissing(source.name);
    return headingOf(settings.read, source, header);
  });
}

/** @returns undefined if there is no record */
export async function readFirstRecord(
  reader: Reader,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<CsvRecord | undefined> {
  for await (const chunk of chunks) {
    reader.push(chunk);
    if (reader.next()) return reader.record;
  }
  reader.end();
  return reader.next() ? reader.record : undefined;
}

/** Calls `work`, and adds the source, and the hint of its heading, to an error about its columns. */
export function withPlace<T>({ source, hint: headingsHint }: Heading, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LoaderError) || error.place !== undefined) throw error;
    const { code, message, hint, cause } = error;
    const place = { source: source.name, record: 0 };
    throw new LoaderError(code, message, { hint: headingsHint ?? hint, cause, place });
  }
}
