import { Buffer } from 'node:buffer';
import { BlankSkipper } from './blank-skipper.ts';
import { cr, lf, noByte } from './bytes.ts';
import { FieldScanner } from './field-scanner.ts';
import { encodeDialect } from './dialect-bytes.ts';
import type { CsvRecord, Dialect, Position, Reader } from './record.ts';
import { createRecord } from './field-spans.ts';
import { unescapeQuotes } from './unescape.ts';
import { InputBuffer } from './input-buffer.ts';
import { unclosedQuoteError, recordTooLongError, type UnterminatedRecord } from './unterminated-record.ts';

/**
 * Reads the common dialects: UTF-8 with or without byte-order mark, a one-byte delimiter and quote, and quoting as in
 * RFC 4180. LF, CRLF and a lone CR each end a line, in any mix. Blank lines (no byte between two line endings) are
 * skipped. A quote inside an unquoted field is text.
 *
 * Text after a closing quote gives the record the fault TEXT_AFTER_QUOTE. The rest of that field is read as unquoted
 * text, up to the next delimiter or line ending: the record still has an end. Later fields are read as usual.
 *
 * Pushed bytes are copied after the unread bytes, so a record is always in one piece. An incomplete record keeps its
 * scan state, so the chunk boundaries change neither the records nor the time. Memory is bounded by about four times
 * the longest record allowed, plus twice the longest chunk.
 *
 * Invariant: `position.offset = start.offset + blankBytes + raw lengths of the records so far`.
 */
export class ByteReader implements Reader {
  readonly record: CsvRecord;
  readonly #quote: number;
  readonly #maxRecordBytes: number;
  readonly #sourceName: string;
  readonly #input: InputBuffer;
  readonly #blanks: BlankSkipper;
  readonly #scanner: FieldScanner;
  /** Memory for unescaped fields. */
  #scratch: Buffer = Buffer.alloc(0);
  /** Whether the scanner is inside the incomplete record at `#input.at`. */
  #isInRecord = false;

  /**
   * @param dialect A dialect that `isByteDialect` accepts.
   * @param start Position of the first byte pushed. A byte-order mark is expected at offset 0 only.
   * @param sourceName Shown in errors.
   */
  constructor(dialect: Dialect, start: Position, sourceName: string) {
    const { maxRecordBytes } = dialect;
    const dialectBytes = encodeDialect(dialect);
    this.record = createRecord(start);
    this.#quote = dialectBytes.quote?.[0] ?? noByte;
    this.#maxRecordBytes = maxRecordBytes;
    this.#sourceName = sourceName;
    this.#input = new InputBuffer(start);
    this.#blanks = new BlankSkipper(this.#input, dialectBytes, maxRecordBytes);
    this.#scanner = new FieldScanner(this.record, dialectBytes);
  }

  get position(): Position {
    return this.#input.position;
  }

  get line(): number {
    return this.#input.line;
  }

  get blankBytes(): number {
    return this.#blanks.skippedBytes;
  }

  get byteOrderMark(): Buffer {
    return this.#blanks.mark;
  }

  push(chunk: Buffer): void {
    const distance = this.#input.at;
    if (this.#isInRecord && distance > 0) this.#scanner.moveBack(distance);
    this.#input.push(chunk);
  }

  end(): void {
    this.#input.hasEnded = true;
  }

  next(): boolean {
    const scanner = this.#scanner;
    const input = this.#input;
    const { bytes, at, length } = input;
    if (!this.#isInRecord) {
      // Most records start right after the previous one. Checking their first byte is enough.
      const byte = bytes[at];
      const isAtRecord = at > 0 && at < length && byte !== lf && byte !== cr;
      if (!isAtRecord && !this.#blanks.skip()) return false;
      scanner.begin(input.at, input.line);
      this.#isInRecord = true;
    }
    const start = input.at;
    // One byte more than allowed shows that a record is too long, independently of the chunk boundaries.
    scanner.scan(bytes, Math.min(length, start + this.#maxRecordBytes + 1));
    if (scanner.at - start > this.#maxRecordBytes) throw recordTooLongError(this.#locate(), this.#maxRecordBytes);
    if (!scanner.isComplete) {
      if (!input.hasEnded) return false;
      if (scanner.isInQuotes) throw unclosedQuoteError(this.#locate());
      scanner.end();
    }
    this.#deliver();
    return true;
  }

  /** Fills `record` with the record that the scanner completed. */
  #deliver(): void {
    const { record } = this;
    const { at, line, fieldCount, hasStrayText, hasPairs } = this.#scanner;
    this.#input.consume(record, at, line);
    record.fieldCount = fieldCount;
    record.fault = hasStrayText ? 'TEXT_AFTER_QUOTE' : undefined;
    if (hasPairs && !hasStrayText) this.#scratch = unescapeQuotes(record, this.#quote, this.#scratch);
    this.#isInRecord = false;
  }

  /** Locates the cause of a missing record end: the open quote, or the first line of the record. */
  #locate(): UnterminatedRecord {
    const { isInQuotes, quoteLine } = this.#scanner;
    const { line, number } = this.#input;
    return { source: this.#sourceName, line: isInQuotes ? quoteLine : line, record: number, isInQuotes };
  }
}
