import { Buffer } from 'node:buffer';
import { cr, lf, noByte } from './bytes.ts';
import type { DialectBytes } from './dialect-bytes.ts';
import { growSpans, type FieldSpans } from './field-spans.ts';
import { findLineEnding } from './line-endings.ts';
import type { CsvRecord } from './record.ts';
import type { Scanner } from './scanner.ts';
import { hasEnclosedDelimiter } from './stray-quotes.ts';
import { unescapeQuotes } from './unescape.ts';

// States of the scanner.
const atField = 0;
const inText = 1;
const inQuotes = 2;
/** After a quote in a quoted field: it closes the field or is the first of a pair. */
const afterQuote = 3;
/** After a CR that ended the record: an LF that follows belongs to it. */
const afterCr = 4;
const complete = 5;

/**
 * Scans records in plain dialects: a one-byte delimiter and quote, and quoting as in RFC 4180. It keeps its state, so no
 * byte is scanned twice.
 */
export class FieldScanner implements Scanner {
  readonly #spans: FieldSpans;
  readonly #dialect: DialectBytes;
  readonly #delimiter: number;
  readonly #quote: number;
  #state = atField;
  /** Memory for unescaped fields. */
  #scratch: Buffer = Buffer.alloc(0);

  at = 0;
  fieldCount = 0;
  line = 1;
  quoteLine = 1;
  /** Whether a quoted field contains doubled quotes. */
  #hasPairs = false;
  /** Whether there is text between a closing quote and the end of its field. */
  #hasStrayText = false;
  /** Whether unquoted text contains a quote. */
  #hasQuoteInText = false;

  /** @param dialect Its delimiter and quote have one byte each. */
  constructor(spans: FieldSpans, dialect: DialectBytes) {
    const { delimiter, quote } = dialect;
    this.#spans = spans;
    this.#dialect = dialect;
    this.#delimiter = delimiter[0] ?? noByte;
    this.#quote = quote?.[0] ?? noByte;
  }

  get isComplete(): boolean {
    return this.#state === complete;
  }

  get isInQuotes(): boolean {
    return this.#state === inQuotes;
  }

  begin(at: number, line: number): void {
    this.#state = atField;
    this.at = at;
    this.line = line;
    this.fieldCount = 0;
    this.#hasPairs = false;
    this.#hasStrayText = false;
    this.#hasQuoteInText = false;
  }

  scan(bytes: Buffer, limit: number): void {
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    // Most bytes of most files are greater than all special bytes: one comparison replaces four.
    const maxSpecialInText = Math.max(delimiter, quote, cr);
    const maxSpecialInQuotes = Math.max(quote, cr);
    let { starts, ends } = this.#spans;
    let state = this.#state;
    let i = this.at;
    let field = this.fieldCount;
    let line = this.line;

    while (i < limit && state !== complete) {
      let byte = bytes[i] ?? noByte;
      if (state === atField) {
        if (field === starts.length) ({ starts, ends } = growSpans(this.#spans));
        if (byte === quote) {
          this.quoteLine = line;
          state = inQuotes;
          starts[field] = ++i;
          continue;
        }
        state = inText;
        starts[field] = i;
      }
      if (state === inText) {
        while (byte > maxSpecialInText || (byte !== delimiter && byte !== lf && byte !== cr && byte !== quote)) {
          if (++i === limit) break;
          byte = bytes[i] ?? noByte;
        }
        if (i === limit) break;
        if (byte === quote) {
          this.#hasQuoteInText = true;
          i++;
          continue;
        }
        ends[field] = i;
      } else if (state === inQuotes) {
        while (byte > maxSpecialInQuotes || byte !== quote) {
          // The LF of a CRLF does not count as a line. The opening quote precedes i, so i - 1 exists.
          if (byte === cr || (byte === lf && bytes[i - 1] !== cr)) line++;
          if (++i === limit) break;
          byte = bytes[i] ?? noByte;
        }
        if (i === limit) break;
        ends[field] = i++;
        state = afterQuote;
        continue;
      } else if (state === afterQuote) {
        if (byte === quote) {
          this.#hasPairs = true;
          state = inQuotes;
          i++;
          continue;
        }
        if (byte !== delimiter && byte !== lf && byte !== cr) {
          this.#hasStrayText = true;
          state = inText;
          continue;
        }
      } else {
        // After a CR.
        if (byte === lf) i++;
        state = complete;
        continue;
      }
      // The byte at i ends the field. If it is not a delimiter, it also ends the record.
      field++;
      i++;
      if (byte === delimiter) {
        state = atField;
      } else {
        line++;
        state = byte === cr ? afterCr : complete;
      }
    }

    this.#state = state;
    this.at = i;
    this.fieldCount = field;
    this.line = line;
  }

  end(): void {
    if (this.#state === inQuotes) return;
    if (this.#state === atField) {
      const { starts } = this.fieldCount === this.#spans.starts.length ? growSpans(this.#spans) : this.#spans;
      starts[this.fieldCount] = this.at;
      this.#state = inText;
    }
    if (this.#state === inText) this.#spans.ends[this.fieldCount] = this.at;
    if (this.#state !== afterCr) this.fieldCount++;
    this.#state = complete;
  }

  moveBack(distance: number): void {
    const { starts, ends } = this.#spans;
    this.at -= distance;
    // The incomplete field already has its start, and after its closing quote also its end.
    const moved = Math.min(this.fieldCount + 1, starts.length);
    for (let field = 0; field < moved; field++) {
      starts[field] = (starts[field] ?? 0) - distance;
      ends[field] = (ends[field] ?? 0) - distance;
    }
  }

  finish(record: CsvRecord): void {
    record.fault = undefined;
    if (this.#hasStrayText) record.fault = 'TEXT_AFTER_QUOTE';
    else if (this.#hasQuoteInText && this.#isStrayQuote(record)) record.fault = 'STRAY_QUOTE';
    else if (this.#hasPairs) this.#scratch = unescapeQuotes(record, this.#quote, this.#scratch);
  }

  #isStrayQuote({ bytes, starts, ends, fieldCount, rawStart: from, rawEnd }: CsvRecord): boolean {
    const to = findLineEnding(bytes, from, rawEnd);
    return hasEnclosedDelimiter({ bytes, starts, ends, fieldCount, from, to }, this.#dialect);
  }
}
