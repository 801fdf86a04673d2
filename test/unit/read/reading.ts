import { Buffer } from 'node:buffer';
import { ByteReader } from '../../../src/read/byte-reader.ts';
import type { Dialect, Position } from '../../../src/read/record.ts';
import { LoaderError } from '../../../src/errors.ts';
import { below, type Random } from '../../helpers/random.ts';

export const dialect: Dialect = { delimiter: 0x2c, quote: 0x22, maxRecordBytes: 4 * 1024 * 1024 };

export const beginning: Position = { offset: 0, line: 1, record: 0 };

/** A record as it came out, copied. Latin-1 text stands for its bytes. */
export interface ReadRecord {
  /** Undefined where the record has a fault. */
  readonly fields: readonly string[] | undefined;
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
}

/** Reads chunks to their end, or to the error that ends the input. */
export function readAll(chunks: Iterable<Buffer>, options: Partial<Dialect> = {}, start = beginning): Reading {
  const reader = new ByteReader({ ...dialect, ...options }, start, 'people.csv');
  const records: ReadRecord[] = [];
  const take = (): void => {
    while (reader.next()) records.push(copy(reader));
  };
  let error: LoaderError | undefined;
  try {
    for (const chunk of chunks) {
      // What is pushed is overwritten once the reader has to be done with it.
      const lent = Buffer.from(chunk);
      reader.push(lent);
      take();
      lent.fill(0x2a);
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
  };
}

function copy({ record, position }: ByteReader): ReadRecord {
  const { bytes, starts, ends, fieldCount, number, line, offset, raw, rawStart, rawEnd, fault } = record;
  const fields = Array.from({ length: fieldCount }, (_, i) => bytes.toString('latin1', starts[i], ends[i]));
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

/** The bytes in pieces of at most `size`. */
export function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The bytes cut at `cuts` places of chance; some pieces may be empty. */
export function* randomPieces(bytes: Buffer, cuts: number, rand: Random): Generator<Buffer> {
  const places = Array.from({ length: cuts }, () => below(bytes.length + 1, rand)).sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    yield bytes.subarray(from, place);
    from = place;
  }
}
