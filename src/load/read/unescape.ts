import { Buffer } from 'node:buffer';
import { startsAt } from './dialect-bytes.ts';
import type { CsvRecord } from './record.ts';

/**
 * Copies a record to `scratch`, removes the escapes from the fields in `escaped`, and points `bytes`, `starts` and
 * `ends` to the copy. `raw` does not change.
 * @param escape The escape, or the quote if quotes are doubled.
 * @param scratch Memory to use if it is large enough.
 * @returns The memory that was used: `scratch`, or a larger buffer to reuse for the next record.
 */
export function unescapeFields(record: CsvRecord, escaped: readonly number[], escape: Buffer, scratch: Buffer): Buffer {
  const { bytes, starts, ends, fieldCount, rawStart, rawEnd } = record;
  const to = scratch.length >= rawEnd - rawStart ? scratch : Buffer.allocUnsafe(2 * (rawEnd - rawStart));
  bytes.copy(to, 0, rawStart, rawEnd);
  for (let field = 0; field < fieldCount; field++) {
    starts[field] = (starts[field] ?? 0) - rawStart;
    ends[field] = (ends[field] ?? 0) - rawStart;
  }
  for (const field of escaped) ends[field] = dropEscapes(to, starts[field] ?? 0, ends[field] ?? 0, escape);
  record.bytes = to;
  return to;
}

/** Removes the escapes from `bytes[start, end)` in place. @returns The new end. */
function dropEscapes(bytes: Buffer, start: number, end: number, escape: Buffer): number {
  const first = escape[0];
  let to = start;
  for (let from = start; from < end; from++) {
    if (bytes[from] === first && startsAt(escape, bytes, from, end)) from += escape.length;
    bytes[to++] = bytes[from] ?? 0;
  }
  return to;
}
