import { Buffer } from 'node:buffer';
import { byteOrderMark, cr, lf, noByte } from './bytes.ts';
import { quoteNeverClosed, recordTooLong } from './unterminated-record.ts';
import { FieldScanner } from './field-scanner.ts';
import { withChunk } from './append-chunk.ts';
import { newRecord } from './spans.ts';
import type { CsvRecord, Position, Reader } from './record.ts';
import { unescapeQuotes } from './unescape.ts';

const none = Buffer.alloc(0);

/** The dialects that a byte reader reads, in bytes. */
export interface ByteDialect {
  readonly delimiter: number;
  /** Undefined where nothing is quoted. */
  readonly quote: number | undefined;
  /** Longest record, line ending included, in bytes. */
  readonly maxRecordBytes: number;
}

/**
 * Reads the common dialects: UTF-8 with or without byte-order mark, one-byte delimiter and quote, quoting as in
 * RFC 4180. LF, CRLF and a lone CR each end a line, mixed as they come. Blank lines (no byte between two line ends)
 * are passed over. A quote inside an unquoted field is text.
 *
 * Text behind a closing quote gives its record the fault TEXT_AFTER_QUOTE. So that the record still has an end, the
 * rest of that field is read as unquoted text, up to the next delimiter or line end, and later fields as ever.
 *
 * The bytes pushed are copied behind what is left of those before, so that a record lies in one piece. A record that
 * is not complete keeps its scan: records come out the same, and in the same time, wherever the chunks are cut. Memory
 * is bounded by some four times the longest record allowed, and twice the longest chunk.
 *
 * At any time `position.offset = start.offset + blankBytes + raw lengths of the records so far`.
 */
export class ByteReader implements Reader {
  readonly record: CsvRecord;
  readonly #quote: number;
  readonly #maxRecordBytes: number;
  readonly #sourceName: string;
  readonly #scanner: FieldScanner;

  /** What is not consumed yet is `#bytes[#at, #length)`; `#base` is the place of `#bytes[0]` in the source. */
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #length = 0;
  #base: number;
  #hasEnded = false;
  /** Where unescaped fields are put. */
  #scratch: Buffer = Buffer.alloc(0);

  #line: number;
  #number: number;
  #blankBytes = 0;
  #hasMark = false;
  /** The scanner is in the record at `#at`, which is not complete. */
  #isInRecord = false;

  /**
   * @param start place of the first byte pushed; a byte-order mark is looked for at offset 0 only
   * @param sourceName shown in errors
   */
  constructor(dialect: ByteDialect, start: Position, sourceName: string) {
    this.#quote = dialect.quote ?? noByte;
    this.#maxRecordBytes = dialect.maxRecordBytes;
    this.#sourceName = sourceName;
    this.#base = start.offset;
    this.#line = start.line;
    this.#number = start.record;
    this.record = newRecord(start);
    this.#scanner = new FieldScanner(this.record, dialect.delimiter, dialect.quote);
  }

  get position(): Position {
    return { offset: this.#base + this.#at, line: this.#line, record: this.#number };
  }

  get line(): number {
    return this.#line;
  }

  get blankBytes(): number {
    return this.#blankBytes;
  }

  get byteOrderMark(): Buffer {
    return this.#hasMark ? byteOrderMark : none;
  }

  push(chunk: Buffer): void {
    const shift = this.#at;
    this.#bytes = withChunk(this.#bytes, shift, this.#length, chunk);
    if (this.#isInRecord && shift > 0) this.#scanner.shift(shift);
    this.#base += shift;
    this.#at = 0;
    this.#length += chunk.length - shift;
  }

  end(): void {
    this.#hasEnded = true;
  }

  next(): boolean {
    const scanner = this.#scanner;
    if (!this.#isInRecord) {
      if (!this.#passBlanks()) return false;
      scanner.begin(this.#at, this.#line);
      this.#isInRecord = true;
    }
    // One byte more than a record may have shows that it is too long, at the same byte wherever the chunks are cut.
    scanner.scan(this.#bytes, Math.min(this.#length, this.#at + this.#maxRecordBytes + 1));
    if (scanner.at - this.#at > this.#maxRecordBytes) throw recordTooLong(this.#place(), this.#maxRecordBytes);
    if (!scanner.isComplete) {
      if (!this.#hasEnded) return false;
      if (scanner.isInQuotes) throw quoteNeverClosed(this.#place());
      scanner.end();
    }
    this.#deliver();
    return true;
  }

  /**
   * Passes a byte-order mark and blank lines, and counts them.
   * @returns whether a record starts at `#at`; if not, more bytes are needed, or there are none.
   */
  #passBlanks(): boolean {
    const bytes = this.#bytes;
    const length = this.#length;
    const from = this.#at;
    let at = from;
    if (this.#base + at === 0) {
      const seen = Math.min(length - at, byteOrderMark.length);
      if (byteOrderMark.compare(bytes, at, at + seen, 0, seen) === 0) {
        if (seen === byteOrderMark.length) {
          this.#hasMark = true;
          at += seen;
        } else if (!this.#hasEnded) return false;
      }
    }
    let isAtRecord = false;
    while (at < length && !isAtRecord) {
      const byte = bytes[at];
      if (byte === lf) {
        at++;
        this.#line++;
      } else if (byte === cr) {
        // The last CR so far may be half of a CRLF.
        if (at + 1 === length && !this.#hasEnded) break;
        at += at + 1 < length && bytes[at + 1] === lf ? 2 : 1;
        this.#line++;
      } else {
        isAtRecord = true;
      }
    }
    this.#blankBytes += at - from;
    this.#at = at;
    return isAtRecord;
  }

  /** Hands over the record that the scanner has completed. */
  #deliver(): void {
    const { record } = this;
    const scanner = this.#scanner;
    record.bytes = this.#bytes;
    record.fieldCount = scanner.fieldCount;
    record.number = this.#number++;
    record.line = this.#line;
    record.offset = this.#base + this.#at;
    record.raw = this.#bytes;
    record.rawStart = this.#at;
    record.rawEnd = scanner.at;
    record.fault = scanner.hasStrayText ? 'TEXT_AFTER_QUOTE' : undefined;
    if (scanner.hasPairs && !scanner.hasStrayText) this.#scratch = unescapeQuotes(record, this.#quote, this.#scratch);
    this.#at = scanner.at;
    this.#line = scanner.line;
    this.#isInRecord = false;
  }

  /** Where an endless record begins to be one: its open quote, else its first line. */
  #place(): { source: string; line: number; record: number; isInQuotes: boolean } {
    const { isInQuotes, quoteLine } = this.#scanner;
    return { source: this.#sourceName, line: isInQuotes ? quoteLine : this.#line, record: this.#number, isInQuotes };
  }
}
