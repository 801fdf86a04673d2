import { Buffer } from 'node:buffer';
import type { CsvRecord } from './record.ts';

/**
 * Gives a record whose fields hold doubled quotes its own bytes: a copy in `scratch`, in which each pair of quotes has
 * become one, and points `bytes`, `starts` and `ends` there. `raw` stays as it is.
 *
 * Only a field that was quoted is unescaped (`a""b` without quotes around it is text as it stands): its span
 * begins right behind a quote, that of any other field right behind a delimiter or at the record's first byte.
 *
 * @param scratch memory to use, if it is large enough
 * @returns the memory that was used: `scratch`, or a larger one to use the next time
 */
export function unescapeQuotes(record: CsvRecord, quote: number, scratch: Buffer): Buffer {
  const { bytes, starts, ends, fieldCount, rawStart, rawEnd } = record;
  const to = scratch.length >= rawEnd - rawStart ? scratch : Buffer.allocUnsafe(2 * (rawEnd - rawStart));
  bytes.copy(to, 0, rawStart, rawEnd);
  for (let field = 0; field < fieldCount; field++) {
    const start = (starts[field] ?? 0) - rawStart;
    const end = (ends[field] ?? 0) - rawStart;
    starts[field] = start;
    ends[field] = start > 0 && to[start - 1] === quote ? joinPairs(to, quote, start, end) : end;
  }
  record.bytes = to;
  return to;
}

/** Every quote inside a quoted field is the first of a pair: it stays, and what is behind the second moves up. */
function joinPairs(bytes: Buffer, quote: number, start: number, end: number): number {
  let to = start;
  for (let from = start; from < end; from++) {
    const byte = bytes[from] ?? quote;
    bytes[to++] = byte;
    if (byte === quote) from++;
  }
  return to;
}
