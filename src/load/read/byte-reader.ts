import { Buffer } from 'node:buffer';
import { BlankSkipper } from './blank-skipper.ts';
import { cr, lf } from './bytes.ts';
import { FieldScanner } from './field-scanner.ts';
import { encodeDialect } from './dialect-bytes.ts';
import type { CsvRecord, Dialect, Position, Reader } from './record.ts';
import { RecordScanner } from './record-scanner.ts';
import type { Scanner } from './scanner.ts';
import { createRecord } from './field-spans.ts';
import { InputBuffer } from './input-buffer.ts';
import { unclosedQuoteError, recordTooLongError, type UnterminatedRecord } from './unterminated-record.ts';

/**
 * Reads UTF-8 with or without byte-order mark. LF, CRLF and a lone CR each end a line, in any mix. Blank lines (no
 * byte between two line endings) are skipped. A quote inside an unquoted field is text, or gives the record the fault
 * STRAY_QUOTE if it hides a missing delimiter (`hasEnclosedDelimiter`).
 *
 * Text after a closing quote gives the record the fault TEXT_AFTER_QUOTE. The rest of that field is read as unquoted
 * text, up to the next delimiter or line ending: the record still has an end. Later fields are read as usual.
 *
 * Plain dialects have a scanner of their own, which is faster. Pushed bytes are copied after the unread bytes, so a
 * record is always in one piece. The chunk boundaries change neither the records nor the order of the time. Memory is
 * bounded by about four times the longest record allowed, plus twice the longest chunk.
 *
 * Invariant: `position.offset = start.offset + blankBytes + raw lengths of the records so far`.
 */
export class ByteReader implements Reader {
  readonly record: CsvRecord;
  readonly #maxRecordBytes: number;
  readonly #sourceName: string;
  readonly #input: InputBuffer;
  readonly #blanks: BlankSkipper;
  readonly #scanner: Scanner;
  /** Whether a record may start with bytes to skip: with a comment or white space. */
  readonly #inspectsLines: boolean;
  /** Whether the scanner is inside the incomplete record at `#input.at`. */
  #isInRecord = false;

  /**
   * @param dialect A dialect that `isByteDialect` accepts.
   * @param start Position of the first byte pushed. A byte-order mark is expected at offset 0 only.
   * @param sourceName Shown in errors.
   * @param skipLines Lines to skip at `start`.
   */
  constructor(dialect: Dialect, start: Position, sourceName: string, skipLines = 0) {
    const { maxRecordBytes } = dialect;
    const dialectBytes = encodeDialect(dialect);
    this.record = createRecord(start);
    this.#maxRecordBytes = maxRecordBytes;
    this.#sourceName = sourceName;
    this.#input = new InputBuffer(start);
    this.#blanks = new BlankSkipper(this.#input, dialectBytes, maxRecordBytes, skipLines);
    this.#scanner = isPlainDialect(dialect)
      ? new FieldScanner(this.record, dialectBytes)
      : new RecordScanner(this.record, dialectBytes, maxRecordBytes);
    this.#inspectsLines = dialect.comment !== undefined || dialect.trim;
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
      const isAtRecord = at > 0 && at < length && byte !== lf && byte !== cr && !this.#inspectsLines;
      if (!isAtRecord && !this.#skipBlanks()) return false;
      scanner.begin(input.at, input.line);
      this.#isInRecord = true;
    }
    const start = input.at;
    // One byte more than allowed shows that a record is too long, independently of the chunk boundaries.
    scanner.scan(bytes, Math.min(length, start + this.#maxRecordBytes + 1));
    if (scanner.at - start > this.#maxRecordBytes) throw recordTooLongError(this.#locate(), this.#maxRecordBytes);
    if (!scanner.isComplete) {
      if (!input.hasEnded) return false;
      scanner.end(bytes, length);
      if (scanner.isInQuotes) throw unclosedQuoteError(this.#locate());
    }
    this.#deliver();
    return true;
  }

  /** @returns Whether a record follows. */
  #skipBlanks(): boolean {
    const blanks = this.#blanks;
    const isAtRecord = blanks.skip();
    if (blanks.isTooLong) throw recordTooLongError(this.#locate(), this.#maxRecordBytes);
    if (isAtRecord) blanks.spaceBytes = 0;
    return isAtRecord;
  }

  /** Fills `record` with the record that the scanner completed. */
  #deliver(): void {
    const { record } = this;
    const scanner = this.#scanner;
    this.#input.consume(record, scanner.at, scanner.line);
    record.fieldCount = scanner.fieldCount;
    scanner.finish(record);
    this.#isInRecord = false;
  }

  /** Locates the cause of a missing record end: the open quote, or the first line of the record. */
  #locate(): UnterminatedRecord {
    const { isInQuotes, quoteLine } = this.#scanner;
    const { line, number } = this.#input;
    return { source: this.#sourceName, line: isInQuotes ? quoteLine : line, record: number, isInQuotes };
  }
}

/** Whether `FieldScanner` can scan the dialect. */
function isPlainDialect(dialect: Dialect): boolean {
  const { quote, escape, comment, trim, multiline, strayQuotes, unescape } = dialect;
  const isDoubled = escape === undefined || escape === quote;
  const hasDefaults = comment === undefined && !trim && multiline && strayQuotes === 'reject' && unescape === undefined;
  return isByteDialect(dialect) && isDoubled && hasDefaults;
}

/** Whether the byte reader supports the dialect: its tokens have one byte each, or csv-parse lacks one of its options. */
export function isByteDialect({
  delimiter,
  quote,
  escape,
  comment,
  multiline,
  strayQuotes,
  unescape,
}: Dialect): boolean {
  const needsByteReader = !multiline || strayQuotes === 'text' || unescape !== undefined;
  return needsByteReader || [delimiter, quote, escape, comment].every(isOneByteToken);
}

function isOneByteToken(token: string | undefined): boolean {
  return token === undefined || Buffer.byteLength(token) === 1;
}
