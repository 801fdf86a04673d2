import { Buffer } from 'node:buffer';
import { isAt } from './marks.ts';
import type { CsvRecord } from './record.ts';

/**
 * Gives a record its own bytes: a copy in `scratch` without the escapes of the fields in `escaped`. Points `bytes`,
 * `starts` and `ends` there; `raw` stays as it is.
 * @param escape the escape, or the quote if quotes are doubled
 * @param scratch memory to use, if it is large enough
 * @returns the memory that was used: `scratch`, or a larger one to use the next time
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

/** Takes the escapes out of `bytes[start, end)`: the bytes behind each move up. @returns the new end */
function dropEscapes(bytes: Buffer, start: number, end: number, escape: Buffer): number {
  const first = escape[0];
  let to = start;
  for (let from = start; from < end; from++) {
    if (bytes[from] === first && isAt(escape, bytes, from, end)) from += escape.length;
    bytes[to++] = bytes[from] ?? 0;
  }
  return to;
}
