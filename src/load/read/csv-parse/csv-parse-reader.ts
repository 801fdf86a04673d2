import { Buffer } from 'node:buffer';
import type { RejectCode } from '../../../errors.ts';
import { Blanks } from '../blanks.ts';
import { marksOf } from '../marks.ts';
import type { CsvRecord, Dialect, Position, Reader } from '../record.ts';
import { newRecord } from '../spans.ts';
import { unescapeFields } from '../unescape.ts';
import { Unread } from '../unread.ts';
import { quoteNeverClosed, recordTooLong, type EndlessPlace } from '../unterminated-record.ts';
import { countLineEnds, startOfLineEnd } from './line-ends.ts';
import { RawRecord } from './raw-record.ts';
import { recordEndsFinder, type RecordEnds } from './record-ends.ts';

/** How much csv-parse looks at in one go, if there is so much; doubled where a record is longer. */
const initialStretchBytes = 64 * 1024;

/**
 * A record shorter than this, not complete yet, is looked at again with each chunk; a longer one only when there is
 * twice as much of it: its chunks may be small, and the time is to be linear.
 */
const impatientBytes = 1024;

/**
 * Reads every dialect, in UTF-8, with csv-parse: delimiter and quote of several bytes, an escape that is not the
 * quote, comments, white space to trim. What is a record, a field, a fault, a line or an error is the same as with
 * `ByteReader`, which is faster, for the dialects that one reads.
 *
 * csv-parse finds where records end. It gets the bytes in stretches that begin with a record, each on its own:
 * so nothing depends on where the chunks are cut. Fields, lines and faults are taken from the bytes themselves, and
 * the number of fields is held against what csv-parse counts.
 *
 * A comment is a line that begins with the comment text; with `trim`, white space may stand before it. Memory is
 * bounded by a few times the longest record allowed, and twice the longest chunk; comments may be of any length.
 *
 * At any time `position.offset = start.offset + blankBytes + raw lengths of the records so far`.
 */
export class CsvParseReader implements Reader {
  readonly record: CsvRecord;
  readonly #escape: Buffer | undefined;
  readonly #maxRecordBytes: number;
  readonly #sourceName: string;
  readonly #unread: Unread;
  readonly #blanks: Blanks;
  readonly #rawRecord: RawRecord;
  readonly #findEnds: (stretch: Buffer, isAll: boolean) => RecordEnds;
  /** Where unescaped fields are put. */
  #scratch: Buffer = Buffer.alloc(0);

  /** Records that csv-parse has found and that are not delivered: those from `#nextEnd` on, counted from `#foundAt`. */
  #found: RecordEnds = { ends: [], fieldCounts: [] };
  #nextEnd = 0;
  #foundAt = 0;
  #stretchBytes = initialStretchBytes;
  /** Unread bytes in which csv-parse has found no end. */
  #triedBytes = 0;

  /**
   * @param start place of the first byte pushed; a byte-order mark is looked for at offset 0 only
   * @param sourceName shown in errors
   */
  constructor(dialect: Dialect, start: Position, sourceName: string) {
    const { maxRecordBytes } = dialect;
    const marks = marksOf(dialect);
    this.record = newRecord(start);
    this.#escape = marks.escape;
    this.#maxRecordBytes = maxRecordBytes;
    this.#sourceName = sourceName;
    this.#unread = new Unread(start);
    this.#blanks = new Blanks(this.#unread, marks, maxRecordBytes);
    this.#rawRecord = new RawRecord(this.record, marks);
    this.#findEnds = recordEndsFinder(marks);
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
    this.#unread.push(chunk);
  }

  end(): void {
    this.#unread.hasEnded = true;
  }

  next(): boolean {
    const isAtRecord = this.#blanks.pass();
    if (this.#blanks.isTooLong) throw this.#tooLong();
    if (!isAtRecord) return false;
    if (this.#nextEnd === this.#found.ends.length && !this.#findRecords()) return false;
    const end = this.#foundAt + (this.#found.ends[this.#nextEnd] ?? 0) - this.#unread.base;
    if (end - this.#unread.at > this.#maxRecordBytes) throw this.#tooLong();
    this.#deliver(end, this.#found.fieldCounts[this.#nextEnd] ?? 0);
    this.#nextEnd++;
    return true;
  }

  /** Lets csv-parse look for the ends of the records that are unread. @returns whether it found one. */
  #findRecords(): boolean {
    const { bytes, at, length, offset, hasEnded } = this.#unread;
    const available = length - at;
    if (!hasEnded && this.#triedBytes >= impatientBytes) {
      if (available < Math.min(2 * this.#triedBytes, this.#maxRecordBytes + 1)) return false;
    }
    for (;;) {
      const size = Math.min(this.#stretchBytes, available);
      const isAll = hasEnded && size === available;
      this.#found = this.#findEnds(bytes.subarray(at, at + size), isAll);
      this.#foundAt = offset;
      this.#nextEnd = 0;
      if (this.#found.ends.length > 0) return true;
      // One byte more than a record may have shows that it is too long, at the same byte wherever the chunks are cut.
      if (size > this.#maxRecordBytes) throw this.#tooLong();
      if (isAll) throw this.#neverClosed();
      if (size === available) {
        this.#triedBytes = size;
        return false;
      }
      this.#stretchBytes *= 2;
    }
  }

  /** Hands over the record that ends at `end`. */
  #deliver(end: number, fieldCount: number): void {
    const { record } = this;
    const rawRecord = this.#rawRecord;
    const { bytes, at: start, line } = this.#unread;
    rawRecord.split(bytes, start, startOfLineEnd(bytes, start, end));
    record.fault = this.#faultOf(fieldCount);
    record.fieldCount = rawRecord.fieldCount;
    this.#unread.consume(record, end, line + countLineEnds(bytes, start, end));
    if (this.#escape !== undefined && rawRecord.escaped.length > 0 && record.fault === undefined) {
      this.#scratch = unescapeFields(record, rawRecord.escaped, this.#escape, this.#scratch);
    }
    this.#blanks.spaceBytes = 0;
    this.#triedBytes = 0;
  }

  /**
   * Returns why the fields of the split record cannot be used; undefined if they can.
   * @param fieldCount as csv-parse counts
   */
  #faultOf(fieldCount: number): RejectCode | undefined {
    const rawRecord = this.#rawRecord;
    if (rawRecord.hasStrayText) return 'TEXT_AFTER_QUOTE';
    if (rawRecord.fieldCount === fieldCount && rawRecord.openQuote === undefined) return undefined;
    throw this.#disagreement(`${fieldCount} fields`);
  }

  #tooLong(): Error {
    return recordTooLong(this.#place(), this.#maxRecordBytes);
  }

  #neverClosed(): Error {
    const place = this.#place();
    return place.isInQuotes ? quoteNeverClosed(place) : this.#disagreement('no record');
  }

  /** A bug of ours or of csv-parse: rather no item than a wrong one. */
  #disagreement(counted: string): Error {
    const fields = `${this.#rawRecord.fieldCount} fields`;
    const record = `${this.#sourceName}, record ${this.#unread.number}`;
    return new Error(`${record}: csv-parse sees ${counted} where here are ${fields}`);
  }

  /** Where an endless record begins: at the quote that is open at the last byte it may have, else at its first line. */
  #place(): EndlessPlace {
    const { bytes, at, length, line, number } = this.#unread;
    this.#rawRecord.split(bytes, at, Math.min(length, at + this.#maxRecordBytes + 1));
    const { openQuote } = this.#rawRecord;
    const linesBefore = openQuote === undefined ? 0 : countLineEnds(bytes, at, openQuote);
    const isInQuotes = openQuote !== undefined;
    return { source: this.#sourceName, line: line + linesBefore, record: number, isInQuotes };
  }
}
