import { Buffer } from 'node:buffer';
import { LoaderError } from '../../../../src/errors.ts';
import { sourceStart } from '../../../../src/load/read/start-position.ts';
import { ByteReader, isByteDialect } from '../../../../src/load/read/byte-reader.ts';
import { CsvParseReader } from '../../../../src/load/read/csv-parse/csv-parse-reader.ts';
import type { Dialect, Position, Reader } from '../../../../src/load/read/record.ts';
import { below, type Random } from '../../../helpers/random.ts';

/** The default dialect: RFC 4180. */
export const dialect: Dialect = {
  encoding: 'utf-8',
  delimiter: ',',
  quote: '"',
  escape: undefined,
  comment: undefined,
  trim: false,
  multiline: true,
  strayQuotes: 'reject',
  unescape: undefined,
  maxRecordBytes: 4 * 1024 * 1024,
};

/** Opens one of the two readers. */
export type OpenReader = (dialect: Dialect, start: Position) => Reader;

const sourceName = 'people.csv';

export const byteReader: OpenReader = (dialect, start) => {
  if (!isByteDialect(dialect)) throw new Error('not a dialect of the byte reader');
  return new ByteReader(dialect, start, sourceName);
};

export const csvParseReader: OpenReader = (dialect, start) => new CsvParseReader(dialect, start, sourceName);

/** A copy of a record. Its bytes are represented as Latin-1 text. */
export interface ReadRecord {
  /** Undefined if the record has a fault. A field that is NULL is null. */
  readonly fields: readonly (string | null)[] | undefined;
  readonly number: number;
  readonly line: number;
  readonly offset: number;
  readonly raw: string;
  readonly fault: string | undefined;
  readonly after: Position;
}

export interface Reading {
  readonly records: readonly ReadRecord[];
  readonly error: Pick<LoaderError, 'code' | 'place'> | undefined;
  readonly end: Position;
  readonly blankBytes: number;
  readonly byteOrderMark: string;
}

/** Reads all records, up to the end or to an error. */
export function readAll(
  open: OpenReader,
  chunks: Iterable<Buffer>,
  options: Partial<Dialect> = {},
  start: Position = sourceStart,
): Reading {
  const reader = open({ ...dialect, ...options }, start);
  const records: ReadRecord[] = [];
  const take = (): void => {
    while (reader.next()) records.push(copy(reader));
  };
  let error: LoaderError | undefined;
  try {
    for (const chunk of chunks) {
      // The chunk is overwritten as soon as the reader must no longer use it.
      const borrowed = Buffer.from(chunk);
      reader.push(borrowed);
      take();
      borrowed.fill(0x2a);
    }
    reader.end();
    take();
  } catch (caught) {
    if (!(caught instanceof LoaderError)) throw caught;
    error = caught;
  }
  return {
    records,
    error: error && { code: error.code, place: error.place },
    end: reader.position,
    blankBytes: reader.blankBytes,
    byteOrderMark: reader.byteOrderMark.toString('latin1'),
  };
}

function copy({ record, position }: Reader): ReadRecord {
  const { bytes, starts, ends, fieldCount, number, line, offset, raw, rawStart, rawEnd, fault } = record;
  const fields = Array.from({ length: fieldCount }, (_, i) =>
    (ends[i] ?? 0) < (starts[i] ?? 0) ? null : bytes.toString('latin1', starts[i], ends[i]),
  );
  return {
    fields: fault === undefined ? fields : undefined,
    number,
    line,
    offset,
    raw: raw.toString('latin1', rawStart, rawEnd),
    fault,
    after: position,
  };
}

/** Splits the bytes into chunks of at most `size` bytes. */
export function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Splits the bytes at `cuts` random offsets. Some chunks may be empty. */
export function* randomPieces(bytes: Buffer, cuts: number, rand: Random): Generator<Buffer> {
  const places = Array.from({ length: cuts }, () => below(bytes.length + 1, rand)).sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    yield bytes.subarray(from, place);
    from = place;
  }
}
