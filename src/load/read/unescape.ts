import { Buffer } from 'node:buffer';
import { startsAt } from './dialect-bytes.ts';
import type { CsvRecord } from './record.ts';

/**
 * Copies a record to `scratch` and joins doubled quotes there. `raw` does not change. Only quoted fields are unescaped:
 * `a""b` without quotes around it is text. A quoted field starts right after a quote, any other field after a delimiter
 * or at the first byte of the record.
 * @param scratch Memory to use if it is large enough.
 * @returns The memory that was used: `scratch`, or a larger buffer to reuse for the next record.
 */
export function unescapeQuotes(record: CsvRecord, quote: number, scratch: Buffer): Buffer {
  const bytes = copyRecord(record, scratch);
  const { starts, ends, fieldCount } = record;
  for (let field = 0; field < fieldCount; field++) {
    const start = starts[field] ?? 0;
    if (start > 0 && bytes[start - 1] === quote) ends[field] = joinPairs(bytes, quote, start, ends[field] ?? 0);
  }
  return bytes;
}

/**
 * Copies a record to `scratch` and removes the escapes from the fields in `escaped` there. `raw` does not change.
 * @param escape The escape, or the quote if quotes are doubled.
 * @param scratch Memory to use if it is large enough.
 * @returns The memory that was used: `scratch`, or a larger buffer to reuse for the next record.
 */
export function unescapeFields(record: CsvRecord, escaped: readonly number[], escape: Buffer, scratch: Buffer): Buffer {
  const bytes = copyRecord(record, scratch);
  const { starts, ends } = record;
  for (const field of escaped) ends[field] = dropEscapes(bytes, starts[field] ?? 0, ends[field] ?? 0, escape);
  return bytes;
}

/** Copies a record to `scratch`, or to larger memory, and points `bytes`, `starts` and `ends` to the copy. */
function copyRecord(record: CsvRecord, scratch: Buffer): Buffer {
  const { bytes, starts, ends, fieldCount, rawStart, rawEnd } = record;
  const to = scratch.length >= rawEnd - rawStart ? scratch : Buffer.allocUnsafe(2 * (rawEnd - rawStart));
  bytes.copy(to, 0, rawStart, rawEnd);
  for (let field = 0; field < fieldCount; field++) {
    starts[field] = (starts[field] ?? 0) - rawStart;
    ends[field] = (ends[field] ?? 0) - rawStart;
  }
  record.bytes = to;
  return to;
}

/** Joins the pairs of quotes in `bytes[start, end)` in place: every quote inside a quoted field is the first of a pair. */
function joinPairs(bytes: Buffer, quote: number, start: number, end: number): number {
  let to = start;
  for (let from = start; from < end; from++) {
    const byte = bytes[from] ?? quote;
    bytes[to++] = byte;
    if (byte === quote) from++;
  }
  return to;
}

/** Removes the escapes from `bytes[start, end)` in place. @returns The new end. */
function dropEscapes(bytes: Buffer, start: number, end: number, escape: Buffer): number {
  let to = start;
  for (let from = start; from < end; from++) {
    if (startsAt(escape, bytes, from, end)) from += escape.length;
    bytes[to++] = bytes[from] ?? 0;
  }
  return to;
}
