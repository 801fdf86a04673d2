import { ByteReader, isByteDialect } from './byte-reader.ts';
import type { Dialect, Position, Reader } from './record.ts';

/** The reader for all sources of a run. */
export interface ReaderChoice {
  /** Shown to the user: `byte reader`, `csv-parse, decoding windows-1252`. */
  readonly name: string;
  /**
   * @param start Position of the first byte that is pushed.
   * @param sourceName Shown in errors.
   * @param skipLines Lines to skip at `start`. Default: 0.
   */
  open(start: Position, sourceName: string, skipLines?: number): Reader;
}

/**
 * Chooses the byte reader if it supports the dialect, else csv-parse. Other encodings than UTF-8 are decoded first.
 * Only the modules that are needed are loaded.
 */
export async function chooseReader(dialect: Dialect): Promise<ReaderChoice> {
  const reader = await chooseUtf8Reader(dialect);
  if (dialect.encoding === 'utf-8') return reader;
  const { EncodedReader, openEncoding } = await import('./encoding/encoded-reader.ts');
  const encoding = openEncoding(dialect.encoding);
  return {
    name: `${reader.name}, decoding ${dialect.encoding}`,
    open: (start, sourceName, skipLines) =>
      new EncodedReader(encoding, start, reader.open(start, sourceName, skipLines)),
  };
}

async function chooseUtf8Reader(dialect: Dialect): Promise<ReaderChoice> {
  if (isByteDialect(dialect)) {
    return { name: 'byte reader', open: (...start) => new ByteReader(dialect, ...start) };
  }
  const { CsvParseReader } = await import('./csv-parse/csv-parse-reader.ts');
  return { name: 'csv-parse', open: (...start) => new CsvParseReader(dialect, ...start) };
}
