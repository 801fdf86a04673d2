import { Buffer } from 'node:buffer';
import { backslash, cr, lf, noByte } from './bytes.ts';
import { isEscape, startsAt, type DialectBytes } from './dialect-bytes.ts';
import { growSpans } from './field-spans.ts';
import { countLineEndings, isLoneCr } from './line-endings.ts';
import type { CsvRecord, RecordFault } from './record.ts';
import type { Scanner } from './scanner.ts';
import { hasEnclosedDelimiter } from './stray-quotes.ts';
import { unescapeFields, type EscapedFields } from './unescape.ts';
import { measureWhiteSpace, trimEnd } from './white-space.ts';

/**
 * An incomplete record shorter than this is scanned again with each chunk. A longer one is scanned again only after its
 * length has doubled, so that the time stays linear with small chunks.
 */
const maxRetriedBytes = 1024;

/**
 * Scans records in any dialect. It checks in the same order as csv-parse: the quote before the delimiter, the
 * delimiter before white space, and inside quotes the escape before the quote.
 *
 * It keeps no state inside a record: an incomplete record is scanned again from its first byte.
 */
export class RecordScanner implements Scanner {
  readonly #spans: CsvRecord;
  readonly #dialect: DialectBytes;
  readonly #maxRecordBytes: number;
  /** Whether a byte may end or change unquoted text, or quoted text. All other bytes are skipped. */
  readonly #textStops: Uint8Array;
  readonly #quotedStops: Uint8Array;
  /** Whether the bytes end where the input ends. */
  #isEnd = false;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #startLine = 1;
  /** Length of the incomplete record at the last scan. */
  #triedBytes = 0;
  /** Number of backslash sequences outside quotes. */
  #sequences = 0;
  #hasQuoteInText = false;
  /** Whether the record contains line endings before its own. */
  #hasLineEndings = false;
  /** Memory for unescaped fields. */
  #scratch: Buffer = Buffer.alloc(0);
  readonly #escaped: EscapedFields = { quoted: [], text: [] };

  at = 0;
  fieldCount = 0;
  isComplete = false;
  /** The end of the complete record, without its line ending. */
  textEnd = 0;
  fault: RecordFault | undefined;
  /** Position of the quote that is not closed; undefined if there is none. */
  openQuote: number | undefined;

  constructor(spans: CsvRecord, dialect: DialectBytes, maxRecordBytes: number) {
    const { delimiter, quote, escape, unescape } = dialect;
    this.#spans = spans;
    this.#dialect = dialect;
    this.#maxRecordBytes = maxRecordBytes;
    const unescaped = unescape === undefined ? undefined : backslash;
    this.#textStops = toTable([lf, cr, delimiter[0], quote?.[0], unescaped]);
    this.#quotedStops = toTable([lf, cr, quote?.[0], escape?.[0], unescaped]);
  }

  get isInQuotes(): boolean {
    return this.openQuote !== undefined;
  }

  get quoteLine(): number {
    return this.#startLine + countLineEndings(this.#bytes, this.#start, this.openQuote ?? this.#start);
  }

  get line(): number {
    if (this.#hasLineEndings) return this.#startLine + countLineEndings(this.#bytes, this.#start, this.at);
    return this.at > this.textEnd ? this.#startLine + 1 : this.#startLine;
  }

  begin(at: number, line: number): void {
    this.#start = at;
    this.#startLine = line;
    this.#triedBytes = 0;
    this.at = at;
    this.isComplete = false;
    this.openQuote = undefined;
  }

  scan(bytes: Buffer, limit: number): void {
    this.at = limit;
    this.#bytes = bytes;
    const length = limit - this.#start;
    const isTooSoon = this.#triedBytes >= maxRetriedBytes && length < 2 * this.#triedBytes;
    if (isTooSoon && length <= this.#maxRecordBytes) return;
    this.#triedBytes = length;
    this.#scanFields(bytes, limit, false);
  }

  end(bytes: Buffer, limit: number): void {
    this.at = limit;
    this.#bytes = bytes;
    this.#scanFields(bytes, limit, true);
  }

  moveBack(distance: number): void {
    this.#start -= distance;
    this.at -= distance;
    if (this.openQuote !== undefined) this.openQuote -= distance;
  }

  finish(record: CsvRecord): void {
    const { quoted, text } = this.#escaped;
    if (this.fault === undefined && this.#hasQuoteInText && this.#isStrayQuote(record)) this.fault = 'STRAY_QUOTE';
    if (this.fault === undefined && quoted.length + text.length > 0) {
      const scratch = unescapeFields(record, this.#escaped, this.#dialect, this.#scratch);
      if (scratch === undefined) this.fault = 'INVALID_ESCAPE';
      else this.#scratch = scratch;
    }
    record.fault = this.fault;
  }

  #isStrayQuote({ bytes, starts, ends, fieldCount, rawStart: from }: CsvRecord): boolean {
    if (this.#dialect.strayQuotesAreText) return false;
    return hasEnclosedDelimiter({ bytes, starts, ends, fieldCount, from, to: this.textEnd }, this.#dialect);
  }

  #scanFields(bytes: Buffer, to: number, isEnd: boolean): void {
    const { delimiter } = this.#dialect;
    this.#isEnd = isEnd;
    this.#reset();
    let end = this.#scanField(bytes, this.#start, to);
    while (end < to && bytes[end] !== lf && bytes[end] !== cr) {
      end = this.#scanField(bytes, end + delimiter.length, to);
    }
    this.textEnd = end;
    if (end === to) {
      this.isComplete = isEnd && this.openQuote === undefined;
      return;
    }
    // A CR at the end of the bytes may be half of a CRLF.
    const isCr = bytes[end] === cr;
    this.isComplete = !isCr || end + 1 < to || isEnd;
    if (this.isComplete) this.at = isCr && end + 1 < to && bytes[end + 1] === lf ? end + 2 : end + 1;
  }

  #reset(): void {
    this.#sequences = 0;
    this.#hasQuoteInText = false;
    this.#hasLineEndings = false;
    this.#escaped.quoted.length = 0;
    this.#escaped.text.length = 0;
    this.fieldCount = 0;
    this.fault = undefined;
    this.openQuote = undefined;
  }

  /** Adds the field at `from`. @returns The position of the delimiter or line ending after it, or `to`. */
  #scanField(bytes: Buffer, from: number, to: number): number {
    const { delimiter, quote, trim } = this.#dialect;
    let at = from;
    for (;;) {
      if (quote !== undefined && startsAt(quote, bytes, at, to)) return this.#scanQuotedField(bytes, at, to, quote);
      if (!trim || startsAt(delimiter, bytes, at, to)) break;
      const space = measureWhiteSpace(bytes, at, to);
      if (space === 0) break;
      at += space;
    }
    const sequencesBefore = this.#sequences;
    const end = this.#findTextEnd(bytes, at, to);
    if (this.#sequences > sequencesBefore) this.#escaped.text.push(this.fieldCount);
    this.#addField(at, trim ? trimEnd(bytes, at, end) : end);
    return end;
  }

  /** Returns the position of the delimiter or line ending that ends unquoted text, or `to`. */
  #findTextEnd(bytes: Buffer, from: number, to: number): number {
    const { delimiter, quote, unescape } = this.#dialect;
    const stops = this.#textStops;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? noByte;
      if (stops[byte] === 0) continue;
      if (byte === lf || byte === cr) {
        if (this.#isLineEnding(bytes, at, to)) return at;
        this.#hasLineEndings = true;
      } else if (startsAt(delimiter, bytes, at, to)) {
        return at;
      } else if (unescape !== undefined && byte === backslash) {
        at = this.#skipBackslash(bytes, at, to);
      } else if (quote !== undefined && startsAt(quote, bytes, at, to)) {
        this.#hasQuoteInText = true;
      }
    }
    return to;
  }

  #scanQuotedField(bytes: Buffer, openedAt: number, to: number, quote: Buffer): number {
    const { escape = quote, multiline, strayQuotesAreText, unescape } = this.#dialect;
    const stops = this.#quotedStops;
    const from = openedAt + quote.length;
    let hasEscapes = false;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? noByte;
      if (stops[byte] === 0) continue;
      if (byte === lf || byte === cr) {
        if (!multiline && this.#isLineEnding(bytes, at, to)) {
          this.fault ??= 'UNCLOSED_QUOTE';
          this.#addField(from, at);
          return at;
        }
        this.#hasLineEndings = true;
      } else if (unescape !== undefined && byte === backslash) {
        at = this.#skipBackslash(bytes, at, to);
        hasEscapes = true;
      } else if (isEscape(bytes, at, to, this.#dialect)) {
        hasEscapes = true;
        at += escape.length;
      } else if (
        startsAt(quote, bytes, at, to) &&
        (!strayQuotesAreText || this.#endsField(bytes, at + quote.length, to))
      ) {
        if (hasEscapes) this.#escaped.quoted.push(this.fieldCount);
        this.#addField(from, at);
        return this.#scanAfterQuote(bytes, at + quote.length, to);
      }
    }
    this.#addField(from, to);
    if (multiline || !this.#isEnd) this.openQuote = openedAt;
    else this.fault ??= 'UNCLOSED_QUOTE';
    return to;
  }

  /** Returns the end of the field whose closing quote ends at `from`. */
  #scanAfterQuote(bytes: Buffer, from: number, to: number): number {
    const { comment, trim } = this.#dialect;
    const { starts, ends } = this.#spans;
    if (comment !== undefined && this.fieldCount === 1 && starts[0] === ends[0] && startsAt(comment, bytes, from, to)) {
      // csv-parse takes it for a comment, up to the line ending.
      this.fault ??= 'TEXT_AFTER_QUOTE';
      let end = from;
      while (end < to && !this.#isLineEnding(bytes, end, to)) {
        if (bytes[end++] === cr) this.#hasLineEndings = true;
      }
      return end;
    }
    const end = this.#findTextEnd(bytes, from, to);
    if (from < end && !(trim && trimEnd(bytes, from, end) === from)) this.fault ??= 'TEXT_AFTER_QUOTE';
    return end;
  }

  /** Whether a delimiter, a line ending or the end of the record follows at `from`, after white space to trim. */
  #endsField(bytes: Buffer, from: number, to: number): boolean {
    const { delimiter, trim } = this.#dialect;
    let at = from;
    while (at < to && !startsAt(delimiter, bytes, at, to) && !this.#isLineEnding(bytes, at, to)) {
      const space = trim ? measureWhiteSpace(bytes, at, to) : 0;
      if (space === 0) return false;
      at += space;
    }
    return true;
  }

  #isLineEnding(bytes: Buffer, at: number, to: number): boolean {
    const byte = bytes[at];
    return byte === lf || (byte === cr && !(this.#dialect.loneCrIsText && isLoneCr(bytes, at, to, this.#isEnd)));
  }

  /** Returns the last byte of the sequence that starts with the backslash at `at`. CRLF counts as one character. */
  #skipBackslash(bytes: Buffer, at: number, to: number): number {
    this.#sequences++;
    const next = bytes[at + 1];
    if (at + 1 < to && (next === lf || next === cr)) this.#hasLineEndings = true;
    return next === cr && at + 2 < to && bytes[at + 2] === lf ? at + 2 : Math.min(at + 1, to);
  }

  #addField(start: number, end: number): void {
    const spans = this.#spans;
    const field = this.fieldCount++;
    if (field === spans.starts.length) growSpans(spans);
    spans.starts[field] = start;
    spans.ends[field] = end;
  }
}

function toTable(stops: readonly (number | undefined)[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of stops) if (byte !== undefined) table[byte] = 1;
  return table;
}
