import { Buffer } from 'node:buffer';
import { byteOrderMark, cr, lf, noByte } from './bytes.ts';
import { findByte } from './find-byte.ts';
import { encodeDialect } from './dialect-bytes.ts';
import type { Dialect, Position } from './record.ts';
import type { RecordFinder } from './record-finder.ts';
import { unclosedQuoteError, recordTooLongError, type UnterminatedRecord } from './unterminated-record.ts';

/** The options of a dialect that `ByteFinder` supports, and their values. Every other option must be undefined. */
const supportedOptions: Readonly<Record<string, (value: unknown) => boolean>> = {
  encoding: (value) => value === 'utf-8',
  delimiter: isOneByte,
  quote: isOneByte,
  escape: isOneByte,
  multiline: (value) => value === true,
  strayQuotes: (value) => value === 'reject',
  trim: (value) => value === false,
  maxRecordBytes: () => true,
};

/** Whether `ByteFinder` supports the dialect. */
export function isFinderDialect(dialect: Dialect): boolean {
  return Object.entries(dialect).every(
    ([option, value]) => value === undefined || supportedOptions[option]?.(value) === true,
  );
}

function isOneByte(text: unknown): boolean {
  return typeof text === 'string' && Buffer.byteLength(text) === 1;
}

/**
 * Finds the same records as the readers, several times as fast. It looks at line endings, quotes
 * and escapes only, and skips the bytes between them. It keeps no bytes, so its memory is constant.
 *
 * A quote opens a field only at the start of the field: at the start of the line or after a delimiter. Within an open
 * field, a quote closes it, and a second quote right after that opens it again (a doubled quote).
 */
export class ByteFinder implements RecordFinder {
  readonly #delimiter: number;
  readonly #quote: number;
  /** `noByte` if quotes are doubled. */
  readonly #escape: number;
  readonly #maxRecordBytes: number;
  readonly #sourceName: string;

  #chunk: Buffer = Buffer.alloc(0);
  #view = makeView(this.#chunk);
  /** Offset of the chunk in the source. */
  #base: number;
  /** The next byte of the chunk to scan. */
  #at = 0;
  /** The last bytes before the chunk and of the chunk. */
  #byteBefore = noByte;
  #lastByte = noByte;
  #hasEnded = false;
  /** The next of each in the chunk, or its length. If less than `#at`, it is not known. */
  #nextQuote = -1;
  #nextEscape = -1;
  #nextLf = -1;
  #nextCr = -1;

  /** Number of the next record. */
  #number: number;
  /** Physical line at `#at`. */
  #line: number;
  /** Offset of the first byte of the line outside quotes that is being scanned, and its number. */
  #start: number;
  #startLine: number;
  /** Bytes of the byte-order mark that were found. */
  #markBytes = 0;
  /** Whether the line that was scanned last is a record: not blank. */
  #isRecord = false;
  /** Whether a CR ended the line: an LF that follows belongs to it. */
  #isAfterCr = false;
  #isInQuotes = false;
  /** Physical line of the last opening quote. */
  #quoteLine = 1;
  /** Offset after the last closing quote. A quote there opens the field again. */
  #closedAt = -1;
  /** Offset after the last escape. The byte there does not close the field. */
  #escapedAt = -1;

  /**
   * @param dialect A dialect that `isFinderDialect` accepts.
   * @param start Position of the first byte pushed. A byte-order mark is expected at offset 0 only.
   * @param sourceName Shown in errors.
   */
  constructor(dialect: Dialect, start: Position, sourceName: string) {
    const { delimiter, quote, escape } = encodeDialect(dialect);
    this.#delimiter = delimiter[0] ?? noByte;
    this.#quote = quote?.[0] ?? noByte;
    this.#escape = escape === quote ? noByte : (escape?.[0] ?? noByte);
    this.#maxRecordBytes = dialect.maxRecordBytes;
    this.#sourceName = sourceName;
    this.#base = start.offset;
    this.#number = start.record;
    this.#line = start.line;
    this.#start = start.offset;
    this.#startLine = start.line;
  }

  push(chunk: Buffer): void {
    this.#byteBefore = this.#lastByte;
    this.#lastByte = chunk.at(-1) ?? this.#lastByte;
    this.#base += this.#chunk.length;
    this.#at = 0;
    this.#chunk = chunk;
    this.#view = makeView(chunk);
    this.#nextQuote = this.#nextEscape = this.#nextLf = this.#nextCr = -1;
  }

  end(): void {
    this.#hasEnded = true;
  }

  find(minOffset: number): Position | undefined {
    while (this.#scanLine()) {
      const offset = this.#start;
      const line = this.#startLine;
      const end = this.#base + this.#at;
      if (this.#isRecord && end - offset > this.#maxRecordBytes) throw this.#tooLongError();
      this.#start = end;
      this.#startLine = this.#line;
      if (!this.#isRecord) continue;
      const record = this.#number++;
      if (offset >= minOffset) return { offset, line, record };
    }
    return undefined;
  }

  /** Scans up to the end of the line, outside quotes. @returns False if it has not arrived, or the input has ended. */
  #scanLine(): boolean {
    this.#skipMark();
    const chunk = this.#chunk;
    if (this.#at === chunk.length && !this.#hasEnded) return false;
    // One byte more than allowed shows that a record is too long, independently of the chunk boundaries.
    const limit = Math.min(chunk.length, this.#start + this.#maxRecordBytes + 1 - this.#base);
    while (!this.#isAfterCr) {
      const next = this.#findNext();
      if (next >= limit) return this.#stop(limit);
      this.#at = next + 1;
      if (next === this.#nextQuote) {
        this.#passQuote(next);
      } else if (next === this.#nextEscape) {
        if (this.#base + next !== this.#escapedAt) this.#escapedAt = this.#base + this.#at;
      } else if (this.#isInQuotes) {
        // The LF of a CRLF does not count as a line.
        if (next === this.#nextCr || this.#byteBeforeOf(next) !== cr) this.#line++;
      } else {
        this.#line++;
        this.#isRecord = this.#base + next > this.#start;
        if (next === this.#nextLf) return true;
        this.#isAfterCr = true;
      }
    }
    if (this.#at === chunk.length && !this.#hasEnded) return false;
    if (chunk[this.#at] === lf) this.#at++;
    this.#isAfterCr = false;
    return true;
  }

  /** Skips the byte-order mark, which may arrive in pieces. */
  #skipMark(): void {
    const chunk = this.#chunk;
    const mark = byteOrderMark;
    while (this.#markBytes < mark.length && this.#base + this.#at === this.#markBytes) {
      if (chunk[this.#at] !== mark[this.#markBytes]) break;
      this.#at++;
      this.#markBytes++;
      if (this.#markBytes === mark.length) this.#start = mark.length;
    }
  }

  /** Returns the position in the chunk of the next byte that matters, or the length of the chunk. */
  #findNext(): number {
    const chunk = this.#chunk;
    const view = this.#view;
    const at = this.#at;
    if (this.#nextQuote < at) this.#nextQuote = findByte(chunk, view, this.#quote, at);
    if (this.#nextEscape < at) this.#nextEscape = findByte(chunk, view, this.#escape, at);
    if (this.#nextLf < at) this.#nextLf = findByte(chunk, view, lf, at);
    if (this.#nextCr < at) this.#nextCr = findByte(chunk, view, cr, at);
    return Math.min(this.#nextQuote, this.#nextEscape, this.#nextLf, this.#nextCr);
  }

  #passQuote(at: number): void {
    const offset = this.#base + at;
    if (offset === this.#escapedAt) return;
    if (this.#isInQuotes) {
      this.#isInQuotes = false;
      this.#closedAt = offset + 1;
    } else if (offset === this.#closedAt && this.#escape === noByte) {
      this.#isInQuotes = true;
    } else if (offset === this.#start || this.#byteBeforeOf(at) === this.#delimiter) {
      this.#isInQuotes = true;
      this.#quoteLine = this.#line;
    }
  }

  #byteBeforeOf(at: number): number | undefined {
    return at === 0 ? this.#byteBefore : this.#chunk[at - 1];
  }

  /** Stops at `limit`, before the end of the line. @returns Whether the input, and with it the line, ends there. */
  #stop(limit: number): boolean {
    this.#at = limit;
    const bytes = this.#base + limit - this.#start;
    if (bytes > this.#maxRecordBytes) throw this.#tooLongError();
    if (!this.#hasEnded || bytes === 0) return false;
    if (this.#isInQuotes) throw unclosedQuoteError(this.#locate());
    this.#isRecord = true;
    return true;
  }

  #tooLongError(): Error {
    return recordTooLongError(this.#locate(), this.#maxRecordBytes);
  }

  /** Locates the cause of a missing record end: the open quote, or the first line of the record. */
  #locate(): UnterminatedRecord {
    const isInQuotes = this.#isInQuotes;
    const line = isInQuotes ? this.#quoteLine : this.#startLine;
    return { source: this.#sourceName, line, record: this.#number, isInQuotes };
  }
}

function makeView(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
