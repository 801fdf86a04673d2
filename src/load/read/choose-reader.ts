import { Buffer } from 'node:buffer';
import { ByteReader, type ByteDialect } from './byte-reader.ts';
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
  const bytes = asBytes(dialect);
  if (bytes !== undefined) {
    return { name: 'the byte reader', open: (start, sourceName) => new ByteReader(bytes, start, sourceName) };
  }
  const { CsvParseReader } = await import('./csv-parse/csv-parse-reader.ts');
  return { name: 'csv-parse', open: (start, sourceName) => new CsvParseReader(dialect, start, sourceName) };
}

/** Undefined where the dialect is not one of the byte reader's. */
export function asBytes(dialect: Dialect): ByteDialect | undefined {
  const { quote, escape, comment, trim, maxRecordBytes } = dialect;
  if (comment !== undefined || trim) return undefined;
  if (escape !== undefined && escape !== quote) return undefined;
  const delimiter = oneByte(dialect.delimiter);
  if (delimiter === undefined) return undefined;
  if (quote === undefined) return { delimiter, quote: undefined, maxRecordBytes };
  const quoteByte = oneByte(quote);
  return quoteByte === undefined ? undefined : { delimiter, quote: quoteByte, maxRecordBytes };
}

function oneByte(text: string): number | undefined {
  const bytes = Buffer.from(text);
  return bytes.length === 1 ? bytes[0] : undefined;
}
