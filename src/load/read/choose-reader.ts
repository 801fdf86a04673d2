import { Buffer } from 'node:buffer';
import { ByteReader } from './byte-reader.ts';
import type { Dialect, Position, Reader } from './record.ts';

/** Who reads the sources of a run: decided once, for all of them. */
export interface ReaderChoice {
  /** For people: `the byte reader`, `csv-parse, from windows-1252`. */
  readonly name: string;
  /**
   * @param start place of the first byte that is pushed
   * @param sourceName shown in errors
   */
  open(start: Position, sourceName: string): Reader;
}

/**
 * The byte reader for the dialects it reads, csv-parse for all others; before either, what turns another encoding
 * into UTF-8. What is not needed is not loaded.
 */
export async function chooseReader(dialect: Dialect): Promise<ReaderChoice> {
  const reader = await readerOf(dialect);
  if (dialect.encoding === 'utf-8') return reader;
  const { EncodedReader, openEncoding } = await import('./encoding/encoded-reader.ts');
  const encoding = openEncoding(dialect.encoding);
  return {
    name: `${reader.name}, from ${dialect.encoding}`,
    open: (start, sourceName) => new EncodedReader(encoding, start, reader.open(start, sourceName)),
  };
}

async function readerOf(dialect: Dialect): Promise<ReaderChoice> {
  if (isByteDialect(dialect)) {
    return { name: 'the byte reader', open: (start, sourceName) => new ByteReader(dialect, start, sourceName) };
  }
  const { CsvParseReader } = await import('./csv-parse/csv-parse-reader.ts');
  return { name: 'csv-parse', open: (start, sourceName) => new CsvParseReader(dialect, start, sourceName) };
}

/** Whether the byte reader reads the dialect. */
export function isByteDialect({ delimiter, quote, escape, comment, trim }: Dialect): boolean {
  const isDoubled = escape === undefined || escape === quote;
  return (
    isOneByte(delimiter) && (quote === undefined || isOneByte(quote)) && isDoubled && comment === undefined && !trim
  );
}

function isOneByte(text: string): boolean {
  return Buffer.byteLength(text) === 1;
}
