import type { Buffer } from 'node:buffer';
import { backslash } from './bytes.ts';
import { isEscape, startsAt, type DialectBytes } from './dialect-bytes.ts';
import type { FieldSpans } from './field-spans.ts';
import { measureWhiteSpace } from './white-space.ts';

/** A record as its reader split it: fields that are not unescaped yet, in `bytes[from, to)` without the line ending. */
export interface SplitRecord extends FieldSpans {
  readonly fieldCount: number;
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

/**
 * Whether a quote inside an unquoted field, read as an opening one, encloses a delimiter and closes right before a
 * delimiter or the end of the record. In `1,$5"Table, round",x` a delimiter is missing before the quote, and the one
 * inside the quotes would take its place: the number of fields is right, and their values are wrong.
 *
 * The last byte of a field is no opening quote: `50",60"` are two lengths in inches. The search continues at the
 * quote that closes, so its time is linear.
 */
export function hasEnclosedDelimiter(record: SplitRecord, dialect: DialectBytes): boolean {
  const { quote, unescape } = dialect;
  if (quote === undefined) return false;
  const { bytes, from, starts, ends, fieldCount } = record;
  let at = from;
  for (let field = 0; field < fieldCount; field++) {
    const start = starts[field] ?? 0;
    const end = ends[field] ?? 0;
    const isQuoted = start - quote.length >= from && startsAt(quote, bytes, start - quote.length, start);
    if (isQuoted) continue;
    at = Math.max(at, start);
    while (at + quote.length < end) {
      if (!startsAt(quote, bytes, at, end)) {
        at += unescape !== undefined && bytes[at] === backslash ? 2 : 1;
        continue;
      }
      const inside = at + quote.length;
      at = findClosingQuote(record, inside, dialect);
      if (at === record.to) return false;
      const isAtEnd = endsField(record, at + quote.length, dialect);
      if (isAtEnd && hasDelimiter(bytes, inside, at, dialect)) return true;
    }
  }
  return false;
}

/** Returns the position of the quote that closes a field whose content starts at `at`, or the end of the record. */
function findClosingQuote({ bytes, to }: SplitRecord, start: number, dialect: DialectBytes): number {
  const { quote, escape, unescape } = dialect;
  if (quote === undefined || escape === undefined) return to;
  for (let at = start; at < to; at++) {
    if (unescape !== undefined && bytes[at] === backslash) at++;
    else if (isEscape(bytes, at, to, dialect)) at += escape.length;
    else if (startsAt(quote, bytes, at, to)) return at;
  }
  return to;
}

/** Whether a delimiter or the end of the record follows at `start`, after white space that is trimmed. */
function endsField({ bytes, to }: SplitRecord, start: number, { delimiter, trim }: DialectBytes): boolean {
  let at = start;
  while (at < to && !startsAt(delimiter, bytes, at, to)) {
    const space = trim ? measureWhiteSpace(bytes, at, to) : 0;
    if (space === 0) return false;
    at += space;
  }
  return true;
}

function hasDelimiter(bytes: Buffer, from: number, to: number, { delimiter, unescape }: DialectBytes): boolean {
  for (let at = from; at < to; at++) {
    if (unescape !== undefined && bytes[at] === backslash) at++;
    else if (startsAt(delimiter, bytes, at, to)) return true;
  }
  return false;
}
