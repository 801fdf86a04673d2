import { Buffer } from 'node:buffer';
import { BlankSkipper } from '../blank-skipper.ts';
import { encodeDialect } from '../dialect-bytes.ts';
import type { CsvRecord, Dialect, Position, Reader } from '../record.ts';
import { createRecord } from '../field-spans.ts';
import { InputBuffer } from '../input-buffer.ts';
import { unclosedQuoteError, recordTooLongError, type UnterminatedRecord } from '../unterminated-record.ts';
import { countLineEndings, findLineEnding } from '../line-endings.ts';
import { RecordScanner } from '../record-scanner.ts';
import { makeRecordEndFinder, type RecordEndFinder, type RecordEnds } from './record-end-finder.ts';

/** Initial number of bytes to parse at a time. It doubles if a record is longer. */
const initialWindowBytes = 64 * 1024;

/**
 * An incomplete record shorter than this is parsed again with each chunk. A longer one is parsed again only after its
 * length has doubled, so that the time stays linear with small chunks.
 */
const maxRetriedBytes = 1024;

/**
 * Reads every dialect, in UTF-8, with csv-parse: delimiters and quotes of several bytes, an escape other than the
 * quote, comments, and white space to trim. For the dialects that `ByteReader` supports, records, fields, faults,
 * lines and errors are the same; `ByteReader` is faster.
 *
 * csv-parse finds the record ends. Each call parses a window that starts with a record, so the chunk boundaries do
 * not matter. Fields, lines and faults come from the bytes themselves. The number of fields is checked against
 * csv-parse.
 *
 * A comment is a line that starts with the comment text; with `trim`, white space may precede it. Memory is bounded
 * by a few times the longest record allowed, plus twice the longest chunk. Comments may have any length.
 *
 * Invariant: `position.offset = start.offset + blankBytes + raw lengths of the records so far`.
 */
export class CsvParseReader implements Reader {
  readonly record: CsvRecord;
  readonly #maxRecordBytes: number;
  readonly #sourceName: string;
  readonly #input: InputBuffer;
  readonly #blanks: BlankSkipper;
  readonly #scanner: RecordScanner;
  readonly #findEnds: RecordEndFinder;

  /** Record ends that csv-parse found, relative to the offset `#foundAt`. Those before `#nextEnd` are already used. */
  #found: RecordEnds = { ends: [], fieldCounts: [] };
  #nextEnd = 0;
  #foundAt = 0;
  #windowBytes = initialWindowBytes;
  /** Unread bytes in which csv-parse found no record end. */
  #triedBytes = 0;

  /**
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
    this.#scanner = new RecordScanner(this.record, dialectBytes, maxRecordBytes);
    this.#findEnds = makeRecordEndFinder(dialectBytes);
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
    this.#input.push(chunk);
  }

  end(): void {
    this.#input.hasEnded = true;
  }

  next(): boolean {
    const isAtRecord = this.#blanks.skip();
    if (this.#blanks.isTooLong) throw this.#tooLongError();
    if (!isAtRecord) return false;
    if (this.#nextEnd === this.#found.ends.length && !this.#findRecords()) return false;
    const end = this.#foundAt + (this.#found.ends[this.#nextEnd] ?? 0) - this.#input.base;
    if (end - this.#input.at > this.#maxRecordBytes) throw this.#tooLongError();
    this.#deliver(end, this.#found.fieldCounts[this.#nextEnd] ?? 0);
    this.#nextEnd++;
    return true;
  }

  /** Finds the ends of unread records with csv-parse. @returns Whether it found one. */
  #findRecords(): boolean {
    const { bytes, at, length, offset, hasEnded } = this.#input;
    const available = length - at;
    if (!hasEnded && this.#triedBytes >= maxRetriedBytes) {
      if (available < Math.min(2 * this.#triedBytes, this.#maxRecordBytes + 1)) return false;
    }
    for (;;) {
      const size = Math.min(this.#windowBytes, available);
      const isAll = hasEnded && size === available;
      this.#found = this.#findEnds(bytes.subarray(at, at + size), isAll);
      this.#foundAt = offset;
      this.#nextEnd = 0;
      if (this.#found.ends.length > 0) return true;
      // One byte more than allowed shows that a record is too long, independently of the chunk boundaries.
      if (size > this.#maxRecordBytes) throw this.#tooLongError();
      if (isAll) throw this.#missingEndError();
      if (size === available) {
        this.#triedBytes = size;
        return false;
      }
      this.#windowBytes *= 2;
    }
  }

  /**
   * Fills `record` with the record that ends at `end`.
   * @param fieldCount The number of fields that csv-parse counted.
   */
  #deliver(end: number, fieldCount: number): void {
    const { record } = this;
    const scanner = this.#scanner;
    const { bytes, at: start, line } = this.#input;
    scanner.begin(start, line);
    scanner.end(bytes, findLineEnding(bytes, start, end));
    this.#assertAgreement(fieldCount);
    this.#input.consume(record, end, line + countLineEndings(bytes, start, end));
    record.fieldCount = scanner.fieldCount;
    scanner.finish(record);
    this.#blanks.spaceBytes = 0;
    this.#triedBytes = 0;
  }

  /** After text behind a closing quote, csv-parse counts other fields. */
  #assertAgreement(fieldCount: number): void {
    const { fault, fieldCount: found, isComplete } = this.#scanner;
    const agrees = fault === 'TEXT_AFTER_QUOTE' || found === fieldCount;
    if (!isComplete || !agrees) throw this.#disagreementError(`${fieldCount} fields`);
  }

  #tooLongError(): Error {
    return recordTooLongError(this.#locate(), this.#maxRecordBytes);
  }

  #missingEndError(): Error {
    const place = this.#locate();
    return place.isInQuotes ? unclosedQuoteError(place) : this.#disagreementError('no record');
  }

  /** A bug in csv2ddb or csv-parse. Failing is better than writing a wrong item. */
  #disagreementError(counted: string): Error {
    const record = `${this.#sourceName}, record ${this.#input.number}`;
    return new Error(`${record}: csv-parse found ${counted}, csv2ddb found ${this.#scanner.fieldCount} fields`);
  }

  /** Locates the cause of a missing record end: the quote that is open at the last byte allowed, or the first line. */
  #locate(): UnterminatedRecord {
    const { bytes, at, length, line, number } = this.#input;
    const scanner = this.#scanner;
    scanner.begin(at, line);
    scanner.end(bytes, Math.min(length, at + this.#maxRecordBytes + 1));
    const { isInQuotes, quoteLine } = scanner;
    return { source: this.#sourceName, line: isInQuotes ? quoteLine : line, record: number, isInQuotes };
  }
}
