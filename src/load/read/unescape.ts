import { Buffer } from 'node:buffer';
import { backslash, noByte } from './bytes.ts';
import { isEscape, type DialectBytes } from './dialect-bytes.ts';
import type { CsvRecord } from './record.ts';
import { decodeSequence, isNullSequence } from './text-formats.ts';

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

/** Indexes of the fields to unescape. Unquoted ones have backslash sequences of `--unescape`. */
export interface EscapedFields {
  readonly quoted: number[];
  readonly text: number[];
}

/**
 * Copies a record to `scratch` and unescapes fields there. `raw` does not change. An unquoted `\N` becomes NULL.
 * @param scratch Memory to use if it is large enough.
 * @returns The memory that was used: `scratch`, or a larger buffer to reuse for the next record. Undefined if a
 * sequence is invalid.
 */
export function unescapeFields(
  record: CsvRecord,
  { quoted, text }: EscapedFields,
  dialect: DialectBytes,
  scratch: Buffer,
): Buffer | undefined {
  const bytes = copyRecord(record, scratch);
  const { starts, ends } = record;
  const unquoted = text.length === 0 ? dialect : { ...dialect, quote: undefined };
  for (const field of text) {
    const start = starts[field] ?? 0;
    const end = ends[field] ?? 0;
    if (isNullSequence(bytes, start, end)) {
      // A NULL ends before it starts.
      starts[field] = start + 1;
      ends[field] = start;
    } else if ((ends[field] = decodeField(bytes, start, end, unquoted)) < 0) return undefined;
  }
  for (const field of quoted) {
    if ((ends[field] = decodeField(bytes, starts[field] ?? 0, ends[field] ?? 0, dialect)) < 0) return undefined;
  }
  return bytes;
}

/** Copies a record to `scratch`, or to larger memory, and points `bytes`, `starts` and `ends` to the copy. */
function copyRecord(record: CsvRecord, scratch: Buffer): Buffer {
  const { bytes, starts, ends, fieldCount, rawStart, rawEnd } = record;
  const to = scratch.length >= rawEnd - rawStart ? scratch : Buffer.allocUnsafe(2 * (rawEnd - rawStart));
  // For a short record, this loop is faster than a call of `copy`.
  if (rawEnd - rawStart > 512) bytes.copy(to, 0, rawStart, rawEnd);
  else for (let at = rawStart; at < rawEnd; at++) to[at - rawStart] = bytes[at] ?? 0;
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

/**
 * Removes the escapes from `bytes[start, end)` and decodes backslash sequences, in place.
 * @returns The new end; -1 if a sequence is invalid.
 */
function decodeField(bytes: Buffer, start: number, end: number, dialect: DialectBytes): number {
  const { delimiter, quote, escape, unescape } = dialect;
  const firstOfEscape = quote === undefined ? noByte : (escape?.[0] ?? noByte);
  const firstOfSequence = unescape === undefined ? noByte : backslash;
  let to = start;
  for (let from = start; from < end; from++) {
    const byte = bytes[from] ?? 0;
    if (byte === firstOfSequence && unescape !== undefined) {
      const sequence = decodeSequence(bytes, from + 1, end, { unescape, delimiter });
      if (sequence < 0) return -1;
      bytes[to++] = sequence & 0xff;
      from += sequence >> 8;
    } else if (byte === firstOfEscape && escape !== undefined) {
      if (isEscape(bytes, from, end, dialect)) from += escape.length;
      bytes[to++] = bytes[from] ?? 0;
    } else {
      bytes[to++] = byte;
    }
  }
  return to;
}
