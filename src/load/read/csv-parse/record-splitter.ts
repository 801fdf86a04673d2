import type { Buffer } from 'node:buffer';
import { startsAt, type DialectBytes } from '../dialect-bytes.ts';
import { growSpans, type FieldSpans } from '../field-spans.ts';
import { trimEnd, measureWhiteSpace } from '../white-space.ts';

/**
 * Finds the fields in the raw bytes of one record. It checks in the same order as csv-parse: the quote before the
 * delimiter, the delimiter before white space, and inside quotes the escape before the quote.
 */
export class RecordSplitter {
  readonly #spans: FieldSpans;
  readonly #dialect: DialectBytes;
  /** Indexes of the fields that contain escapes or doubled quotes. */
  readonly escaped: number[] = [];
  fieldCount = 0;
  /** Whether there is text between a closing quote and the end of its field. */
  hasStrayText = false;
  /** Position of the quote that was not closed; undefined if there is none. */
  openQuote: number | undefined;

  constructor(spans: FieldSpans, dialect: DialectBytes) {
    this.#spans = spans;
    this.#dialect = dialect;
  }

  /** Splits `bytes[from, to)`: a record without its line ending, or the start of a record. */
  split(bytes: Buffer, from: number, to: number): void {
    const { delimiter } = this.#dialect;
    this.fieldCount = 0;
    this.hasStrayText = false;
    this.openQuote = undefined;
    this.escaped.length = 0;
    let end = this.#splitField(bytes, from, to);
    while (end < to) end = this.#splitField(bytes, end + delimiter.length, to);
  }

  /** Adds the field at `from`. @returns The position of its delimiter, or `to` if the record ends first. */
  #splitField(bytes: Buffer, from: number, to: number): number {
    const { delimiter, quote, trim } = this.#dialect;
    let at = from;
    for (;;) {
      if (quote !== undefined && startsAt(quote, bytes, at, to)) return this.#splitQuotedField(bytes, at, to, quote);
      if (!trim || startsAt(delimiter, bytes, at, to)) break;
      const space = measureWhiteSpace(bytes, at, to);
      if (space === 0) break;
      at += space;
    }
    const end = this.#findDelimiter(bytes, at, to);
    this.#addField(at, trim ? trimEnd(bytes, at, end) : end);
    return end;
  }

  #splitQuotedField(bytes: Buffer, openedAt: number, to: number, quote: Buffer): number {
    const escape = this.#dialect.escape ?? quote;
    const isDoubled = escape === quote;
    const from = openedAt + quote.length;
    const field = this.fieldCount;
    let hasEscapes = false;
    let at = from;
    while (at < to) {
      const byte = bytes[at];
      if (byte !== quote[0] && byte !== escape[0]) {
        at++;
        continue;
      }
      // An escape applies to the next byte only. Without its first byte, a longer token is text.
      const isEscape =
        startsAt(escape, bytes, at, to) &&
        (isDoubled ? startsAt(quote, bytes, at + quote.length, to) : at + escape.length < to);
      if (isEscape) {
        hasEscapes = true;
        at += escape.length + 1;
      } else if (startsAt(quote, bytes, at, to)) {
        break;
      } else {
        at++;
      }
    }
    this.#addField(from, Math.min(at, to));
    if (hasEscapes) this.escaped.push(field);
    if (at >= to) {
      this.openQuote = openedAt;
      return to;
    }
    const rest = at + quote.length;
    const end = this.#findDelimiter(bytes, rest, to);
    if (rest < end && !(this.#dialect.trim && trimEnd(bytes, rest, end) === rest)) this.hasStrayText = true;
    return end;
  }

  #findDelimiter(bytes: Buffer, from: number, to: number): number {
    const { delimiter } = this.#dialect;
    const first = delimiter[0];
    for (let at = from; at < to; at++) if (bytes[at] === first && startsAt(delimiter, bytes, at, to)) return at;
    return to;
  }

  #addField(start: number, end: number): void {
    const spans = this.#spans;
    const field = this.fieldCount++;
    if (field === spans.starts.length) growSpans(spans);
    spans.starts[field] = start;
    spans.ends[field] = end;
  }
}
