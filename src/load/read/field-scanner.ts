import type { Buffer } from 'node:buffer';
import { cr, lf, noByte } from './bytes.ts';
import type { DialectBytes } from './dialect-bytes.ts';
import { growSpans, type FieldSpans } from './field-spans.ts';

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
 * Finds the fields and the end of one record in bytes that may arrive in pieces. It keeps its state, so no byte is
 * scanned twice. It writes to the `starts` and `ends` it was created with. It does not unescape fields.
 */
export class FieldScanner {
  readonly #spans: FieldSpans;
  readonly #delimiter: number;
  readonly #quote: number;
  #state = atField;

  /** The next byte to scan; the first byte after the record once it is complete. */
  at = 0;
  /** Number of complete fields. */
  fieldCount = 0;
  /** Physical line at `at`, from 1. */
  line = 1;
  /** Physical line of the last opening quote. */
  quoteLine = 1;
  /** Whether a quoted field contains doubled quotes. */
  hasPairs = false;
  /** Whether there is text between a closing quote and the end of its field. */
  hasStrayText = false;

  /** @param dialect Delimiter and quote, of one byte each. */
  constructor(spans: FieldSpans, { delimiter, quote }: Pick<DialectBytes, 'delimiter' | 'quote'>) {
    this.#spans = spans;
    this.#delimiter = delimiter[0] ?? noByte;
    this.#quote = quote?.[0] ?? noByte;
  }

  get isComplete(): boolean {
    return this.#state === complete;
  }

  get isInQuotes(): boolean {
    return this.#state === inQuotes;
  }

  /** Starts a record whose first byte is at `at`, on `line`. */
  begin(at: number, line: number): void {
    this.#state = atField;
    this.at = at;
    this.line = line;
    this.fieldCount = 0;
    this.hasPairs = false;
    this.hasStrayText = false;
  }

  /** Scans until the record is complete or `limit` is reached. */
  scan(bytes: Buffer, limit: number): void {
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    // Most bytes of most files are greater than all special bytes: one comparison replaces three.
    const maxSpecialInText = Math.max(delimiter, cr);
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
        while (byte > maxSpecialInText || (byte !== delimiter && byte !== lf && byte !== cr)) {
          if (++i === limit) break;
          byte = bytes[i] ?? noByte;
        }
        if (i === limit) break;
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
          this.hasPairs = true;
          state = inQuotes;
          i++;
          continue;
        }
        if (byte !== delimiter && byte !== lf && byte !== cr) {
          this.hasStrayText = true;
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

  /** Ends the record at the end of the input. Must not be called inside quotes. */
  end(): void {
    if (this.#state === atField) {
      const { starts } = this.fieldCount === this.#spans.starts.length ? growSpans(this.#spans) : this.#spans;
      starts[this.fieldCount] = this.at;
      this.#state = inText;
    }
    if (this.#state === inText) this.#spans.ends[this.fieldCount] = this.at;
    if (this.#state !== afterCr) this.fieldCount++;
    this.#state = complete;
  }

  /** Adjusts all positions after the bytes of the record moved to the front by `distance`. */
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
}
