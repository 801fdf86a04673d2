import type { Buffer } from 'node:buffer';
import { isAt, type Marks } from '../marks.ts';
import { growSpans, type Spans } from '../spans.ts';
import { startOfWhiteSpace, whiteSpaceAt } from '../white-space.ts';

/**
 * Finds the fields in the raw bytes of one record. It looks for the marks in csv-parse's order: the quote before the
 * delimiter, the delimiter before white space, and inside quotes the escape before the quote.
 */
export class RawRecord {
  readonly #spans: Spans;
  readonly #marks: Marks;
  /** Fields that hold escapes or doubled quotes. */
  readonly escaped: number[] = [];
  fieldCount = 0;
  /** There is text between a closing quote and the end of its field. */
  hasStrayText = false;
  /** Where the quote stands that was not closed; undefined: there is none. */
  openQuote: number | undefined;

  constructor(spans: Spans, marks: Marks) {
    this.#spans = spans;
    this.#marks = marks;
  }

  /** Splits `bytes[from, to)`: a record without its line end, or the beginning of one. */
  split(bytes: Buffer, from: number, to: number): void {
    const { delimiter } = this.#marks;
    this.fieldCount = 0;
    this.hasStrayText = false;
    this.openQuote = undefined;
    this.escaped.length = 0;
    let end = this.#field(bytes, from, to);
    while (end < to) end = this.#field(bytes, end + delimiter.length, to);
  }

  /** Takes the field at `from`. @returns where its delimiter stands; `to` where the record ends first. */
  #field(bytes: Buffer, from: number, to: number): number {
    const { delimiter, quote, trim } = this.#marks;
    let at = from;
    for (;;) {
      if (quote !== undefined && isAt(quote, bytes, at, to)) return this.#quotedField(bytes, at, to, quote);
      if (!trim || isAt(delimiter, bytes, at, to)) break;
      const space = whiteSpaceAt(bytes, at, to);
      if (space === 0) break;
      at += space;
    }
    const end = this.#nextDelimiter(bytes, at, to);
    this.#add(at, trim ? startOfWhiteSpace(bytes, at, end) : end);
    return end;
  }

  #quotedField(bytes: Buffer, openedAt: number, to: number, quote: Buffer): number {
    const escape = this.#marks.escape ?? quote;
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
      // An escape takes the meaning away from one byte: a mark of several is none without its first.
      const isEscape =
        isAt(escape, bytes, at, to) &&
        (isDoubled ? isAt(quote, bytes, at + quote.length, to) : at + escape.length < to);
      if (isEscape) {
        hasEscapes = true;
        at += escape.length + 1;
      } else if (isAt(quote, bytes, at, to)) {
        break;
      } else {
        at++;
      }
    }
    this.#add(from, Math.min(at, to));
    if (hasEscapes) this.escaped.push(field);
    if (at >= to) {
      this.openQuote = openedAt;
      return to;
    }
    const rest = at + quote.length;
    const end = this.#nextDelimiter(bytes, rest, to);
    if (rest < end && !(this.#marks.trim && startOfWhiteSpace(bytes, rest, end) === rest)) this.hasStrayText = true;
    return end;
  }

  #nextDelimiter(bytes: Buffer, from: number, to: number): number {
    const { delimiter } = this.#marks;
    const first = delimiter[0];
    for (let at = from; at < to; at++) if (bytes[at] === first && isAt(delimiter, bytes, at, to)) return at;
    return to;
  }

  #add(start: number, end: number): void {
    const spans = this.#spans;
    const field = this.fieldCount++;
    if (field === spans.starts.length) growSpans(spans);
    spans.starts[field] = start;
    spans.ends[field] = end;
  }
}
