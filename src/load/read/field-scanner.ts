import type { Buffer } from 'node:buffer';
import { cr, lf, noByte } from './bytes.ts';
import type { Marks } from './marks.ts';
import { growSpans, type Spans } from './spans.ts';

// What the bytes of a record seen so far lead up to.
const atField = 0;
const inText = 1;
const inQuotes = 2;
/** Behind a quote in a quoted field: it closes the field or is the first of a pair. */
const behindQuote = 3;
/** Behind a CR that ended the record: an LF that follows belongs to it. */
const behindCr = 4;
const complete = 5;

/**
 * Finds the fields of one record, and its end, in bytes that may come in pieces: it keeps where it is, so that no
 * byte is looked at twice. It writes into the `starts` and `ends` of the record it was made with, and lets them
 * grow. Fields are not unescaped yet.
 */
export class FieldScanner {
  readonly #spans: Spans;
  readonly #delimiter: number;
  readonly #quote: number;
  #state = atField;

  /** The next byte to look at; once the record is complete, the first behind it. */
  at = 0;
  /** Fields complete so far. */
  fieldCount = 0;
  /** Physical line at `at`, from 1. */
  line = 1;
  /** Physical line of the last quote that opened a field. */
  quoteLine = 1;
  /** Fields that hold doubled quotes. */
  readonly escaped: number[] = [];
  /** There is text between a closing quote and the end of its field. */
  hasStrayText = false;

  /** @param marks of one byte each */
  constructor(spans: Spans, { delimiter, quote }: Pick<Marks, 'delimiter' | 'quote'>) {
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

  /** Begins a record whose first byte is at `at`, on `line`. */
  begin(at: number, line: number): void {
    this.#state = atField;
    this.at = at;
    this.line = line;
    this.fieldCount = 0;
    if (this.escaped.length > 0) this.escaped.length = 0;
    this.hasStrayText = false;
  }

  /** Goes on until the record is complete or `limit` is reached. */
  scan(bytes: Buffer, limit: number): void {
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    // Most bytes of most files are greater than all that matter: one comparison in place of three.
    const highestInText = Math.max(delimiter, cr);
    const highestInQuotes = Math.max(quote, cr);
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
        while (byte > highestInText || (byte !== delimiter && byte !== lf && byte !== cr)) {
          if (++i === limit) break;
          byte = bytes[i] ?? noByte;
        }
        if (i === limit) break;
        ends[field] = i;
      } else if (state === inQuotes) {
        while (byte > highestInQuotes || byte !== quote) {
          // The LF of a CRLF counts no line of its own. Before i there is the opening quote at least.
          if (byte === cr || (byte === lf && bytes[i - 1] !== cr)) line++;
          if (++i === limit) break;
          byte = bytes[i] ?? noByte;
        }
        if (i === limit) break;
        ends[field] = i++;
        state = behindQuote;
        continue;
      } else if (state === behindQuote) {
        if (byte === quote) {
          if (this.escaped.at(-1) !== field) this.escaped.push(field);
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
        // Behind a CR.
        if (byte === lf) i++;
        state = complete;
        continue;
      }
      // The byte at i ends the field, and the record too if it is no delimiter.
      field++;
      i++;
      if (byte === delimiter) {
        state = atField;
      } else {
        line++;
        state = byte === cr ? behindCr : complete;
      }
    }

    this.#state = state;
    this.at = i;
    this.fieldCount = field;
    this.line = line;
  }

  /** The input ends at `at`, and the record with it. Not to be called inside quotes. */
  end(): void {
    if (this.#state === atField) {
      const { starts } = this.fieldCount === this.#spans.starts.length ? growSpans(this.#spans) : this.#spans;
      starts[this.fieldCount] = this.at;
      this.#state = inText;
    }
    if (this.#state === inText) this.#spans.ends[this.fieldCount] = this.at;
    if (this.#state !== behindCr) this.fieldCount++;
    this.#state = complete;
  }

  /** The bytes of the record have moved towards the front by `distance`. */
  shift(distance: number): void {
    const { starts, ends } = this.#spans;
    this.at -= distance;
    // The field under way has its start already, and behind its quote its end too.
    const shifted = Math.min(this.fieldCount + 1, starts.length);
    for (let field = 0; field < shifted; field++) {
      starts[field] = (starts[field] ?? 0) - distance;
      ends[field] = (ends[field] ?? 0) - distance;
    }
  }
}
