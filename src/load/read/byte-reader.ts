import { Buffer } from 'node:buffer';
import { Blanks } from './blanks.ts';
import { cr, lf } from './bytes.ts';
import { FieldScanner } from './field-scanner.ts';
import { marksOf } from './marks.ts';
import type { CsvRecord, Dialect, Position, Reader } from './record.ts';
import { newRecord } from './spans.ts';
import { unescapeFields } from './unescape.ts';
import { Unread } from './unread.ts';
import { quoteNeverClosed, recordTooLong, type EndlessPlace } from './unterminated-record.ts';

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
  readonly #quote: Buffer | undefined;
  readonly #maxRecordBytes: number;
  readonly #sourceName: string;
  readonly #unread: Unread;
  readonly #blanks: Blanks;
  readonly #scanner: FieldScanner;
  /** Where unescaped fields are put. */
  #scratch: Buffer = Buffer.alloc(0);
  /** The scanner is in the record at `#unread.at`, which is not complete. */
  #isInRecord = false;

  /**
   * @param dialect one that `isByteDialect` accepts
   * @param start place of the first byte pushed; a byte-order mark is looked for at offset 0 only
   * @param sourceName shown in errors
   */
  constructor(dialect: Dialect, start: Position, sourceName: string) {
    const { maxRecordBytes } = dialect;
    const marks = marksOf(dialect);
    this.record = newRecord(start);
    this.#quote = marks.quote;
    this.#maxRecordBytes = maxRecordBytes;
    this.#sourceName = sourceName;
    this.#unread = new Unread(start);
    this.#blanks = new Blanks(this.#unread, marks, maxRecordBytes);
    this.#scanner = new FieldScanner(this.record, marks);
  }

  get position(): Position {
    return this.#unread.position;
  }

  get line(): number {
    return this.#unread.line;
  }

  get blankBytes(): number {
    return this.#blanks.bytes;
  }

  get byteOrderMark(): Buffer {
    return this.#blanks.mark;
  }

  push(chunk: Buffer): void {
    const shift = this.#unread.at;
    if (this.#isInRecord && shift > 0) this.#scanner.shift(shift);
    this.#unread.push(chunk);
  }

  end(): void {
    this.#unread.hasEnded = true;
  }

  next(): boolean {
    const scanner = this.#scanner;
    const unread = this.#unread;
    const { bytes, at, length } = unread;
    if (!this.#isInRecord) {
      // Most records begin right behind the one before: one look at their first byte shows it.
      const byte = bytes[at];
      const isAtRecord = at > 0 && at < length && byte !== lf && byte !== cr;
      if (!isAtRecord && !this.#blanks.pass()) return false;
      scanner.begin(unread.at, unread.line);
      this.#isInRecord = true;
    }
    const start = unread.at;
    // One byte more than a record may have shows that it is too long, at the same byte wherever the chunks are cut.
    scanner.scan(bytes, Math.min(length, start + this.#maxRecordBytes + 1));
    if (scanner.at - start > this.#maxRecordBytes) throw recordTooLong(this.#place(), this.#maxRecordBytes);
    if (!scanner.isComplete) {
      if (!unread.hasEnded) return false;
      if (scanner.isInQuotes) throw quoteNeverClosed(this.#place());
      scanner.end();
    }
    this.#deliver();
    return true;
  }

  /** Hands over the record that the scanner has completed. */
  #deliver(): void {
    const { record } = this;
    const { at, line, fieldCount, hasStrayText, escaped } = this.#scanner;
    this.#unread.consume(record, at, line);
    record.fieldCount = fieldCount;
    record.fault = hasStrayText ? 'TEXT_AFTER_QUOTE' : undefined;
    if (this.#quote !== undefined && escaped.length > 0 && !hasStrayText) {
      this.#scratch = unescapeFields(record, escaped, this.#quote, this.#scratch);
    }
    this.#isInRecord = false;
  }

  /** Where an endless record begins to be one: its open quote, else its first line. */
  #place(): EndlessPlace {
    const { isInQuotes, quoteLine } = this.#scanner;
    const { line, number } = this.#unread;
    return { source: this.#sourceName, line: isInQuotes ? quoteLine : line, record: number, isInQuotes };
  }
}
