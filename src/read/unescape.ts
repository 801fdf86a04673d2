import { Buffer } from 'node:buffer';
import type { CsvRecord } from './record.ts';

/**
 * Gives a record whose fields hold doubled quotes its own bytes: copies all fields, each pair of quotes as one,
 * into `scratch` and points `bytes`, `starts` and `ends` there. `raw` stays as it is.
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
  let at = 0;
  for (let field = 0; field < fieldCount; field++) {
    const end = ends[field] ?? 0;
    let from = starts[field] ?? 0;
    const isQuoted = from > rawStart && bytes[from - 1] === quote;
    starts[field] = at;
    if (isQuoted) {
      // Every quote inside a quoted field is the first of a pair: copy up to and with it, go on behind the second.
      for (let pair = nextQuote(bytes, quote, from, end); pair < end; pair = nextQuote(bytes, quote, from, end)) {
        at += bytes.copy(to, at, from, pair + 1);
        from = pair + 2;
      }
    }
    at += bytes.copy(to, at, from, end);
    ends[field] = at;
  }
  record.bytes = to;
  return to;
}

/** Where the next quote stands; `end` or beyond where there is none before `end`. */
function nextQuote(bytes: Buffer, quote: number, from: number, end: number): number {
  let i = from;
  while (i < end && bytes[i] !== quote) i++;
  return i;
}
