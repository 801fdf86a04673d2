import { Buffer } from 'node:buffer';
import { byteOrderMark, cr, lf } from '../bytes.ts';
import { quoteNeverClosed, recordTooLong, type EndlessPlace } from '../unterminated-record.ts';
import { withChunk } from '../append-chunk.ts';
import { newRecord } from '../spans.ts';
import { countLineEnds, startOfLineEnd } from './line-ends.ts';
import { isAt, marksOf, mayBeAt, type Marks } from './marks.ts';
import { RawRecord } from './raw-record.ts';
import { recordEndsFinder, type RecordEnds } from './record-ends.ts';
import type { CsvRecord, Dialect, Position, Reader } from '../record.ts';
import { whiteSpaceAt } from './white-space.ts';

const none = Buffer.alloc(0);

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
  readonly #marks: Marks;
  readonly #maxRecordBytes: number;
  readonly #sourceName: string;
  readonly #rawRecord: RawRecord;
  readonly #findEnds: (stretch: Buffer, isAll: boolean) => RecordEnds;

  /** What is not consumed yet is `#bytes[#at, #length)`; `#base` is the place of `#bytes[0]` in the source. */
  #bytes: Buffer = none;
  #at = 0;
  #length = 0;
  #base: number;
  #hasEnded = false;
  /** Where unescaped fields are put. */
  #scratch: Buffer = none;

  #line: number;
  #number: number;
  #blankBytes = 0;
  #hasMark = false;
  /** `#at` is in a comment. */
  #isInComment = false;
  /** White space, to be trimmed, that the line at `#at` is known to begin with. */
  #spaceBytes = 0;

  /** Records that csv-parse has found and that are not delivered: those from `#nextEnd` on, counted from `#foundAt`. */
  #found: RecordEnds = { ends: [], fieldCounts: [] };
  #nextEnd = 0;
  #foundAt = 0;
  #stretchBytes = initialStretchBytes;
  /** Bytes from `#at` in which csv-parse has found no end. */
  #triedBytes = 0;

  /**
   * @param start place of the first byte pushed; a byte-order mark is looked for at offset 0 only
   * @param sourceName shown in errors
   */
  constructor(dialect: Dialect, start: Position, sourceName: string) {
    this.#marks = marksOf(dialect);
    this.#maxRecordBytes = dialect.maxRecordBytes;
    this.#sourceName = sourceName;
    this.#base = start.offset;
    this.#line = start.line;
    this.#number = start.record;
    this.record = newRecord(start);
    this.#rawRecord = new RawRecord(this.record, this.#marks);
    this.#findEnds = recordEndsFinder(this.#marks);
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
    this.#base += shift;
    this.#at = 0;
    this.#length += chunk.length - shift;
  }

  end(): void {
    this.#hasEnded = true;
  }

  next(): boolean {
    if (!this.#passBlanks()) return false;
    if (this.#nextEnd === this.#found.ends.length && !this.#findRecords()) return false;
    const end = this.#foundAt + (this.#found.ends[this.#nextEnd] ?? 0) - this.#base;
    if (end - this.#at > this.#maxRecordBytes) throw this.#tooLong();
    this.#deliver(end, this.#found.fieldCounts[this.#nextEnd] ?? 0);
    this.#nextEnd++;
    return true;
  }

  /**
   * Passes a byte-order mark, blank lines and comments, and counts them.
   * @returns whether a record starts at `#at`; if not, more bytes are needed, or there are none.
   */
  #passBlanks(): boolean {
    if (this.#base + this.#at === 0 && !this.#passMark()) return false;
    for (;;) {
      if (this.#isInComment) {
        if (!this.#passComment()) return false;
      } else {
        const found = this.#lookAtLine();
        if (found === 'record') return true;
        if (found === 'cut') return false;
      }
    }
  }

  /** @returns false where more bytes are needed to tell. */
  #passMark(): boolean {
    if (mayBeAt(byteOrderMark, this.#bytes, this.#at, this.#length)) return this.#hasEnded;
    if (isAt(byteOrderMark, this.#bytes, this.#at, this.#length)) {
      this.#hasMark = true;
      this.#pass(this.#at + byteOrderMark.length, 0);
    }
    return true;
  }

  /** What the line at `#at` is: a record, a blank line, which is passed, or a comment; `cut` where that is not seen. */
  #lookAtLine(): 'record' | 'blank' | 'comment' | 'cut' {
    const { delimiter, quote, comment, trim } = this.#marks;
    const bytes = this.#bytes;
    const length = this.#length;
    // In the order in which csv-parse looks for them.
    for (;;) {
      // A blank line of white space may still become a record, and takes memory like one.
      if (this.#spaceBytes > this.#maxRecordBytes) throw this.#tooLong();
      const at = this.#at + this.#spaceBytes;
      if (at === length) {
        // White space up to the end of the input is a blank line, too.
        if (this.#hasEnded) this.#pass(at, 0);
        return 'cut';
      }
      const byte = bytes[at];
      if (quote !== undefined && isAt(quote, bytes, at, length)) return 'record';
      if (byte === lf || byte === cr) {
        const end = this.#lineEndAt(at);
        if (end === undefined) return 'cut';
        this.#pass(end, 1);
        return 'blank';
      }
      if (comment !== undefined) {
        if (isAt(comment, bytes, at, length)) {
          this.#isInComment = true;
          this.#pass(at, 0);
          return 'comment';
        }
        if (!this.#hasEnded && mayBeAt(comment, bytes, at, length)) return 'cut';
      }
      if (!trim || isAt(delimiter, bytes, at, length)) return 'record';
      const space = whiteSpaceAt(bytes, at, length);
      if (space === 0) return 'record';
      this.#spaceBytes += space;
    }
  }

  /** @returns false where the comment goes on behind the bytes there are: so much of it is passed. */
  #passComment(): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < this.#length && bytes[at] !== lf && bytes[at] !== cr) at++;
    const end = at < this.#length ? this.#lineEndAt(at) : undefined;
    if (end === undefined) {
      this.#pass(at, 0);
      return false;
    }
    this.#isInComment = false;
    this.#pass(end, 1);
    return true;
  }

  /** Where the line end at `at` ends; undefined where it is a CR that may be half of a CRLF. */
  #lineEndAt(at: number): number | undefined {
    if (this.#bytes[at] === lf) return at + 1;
    if (at + 1 < this.#length) return this.#bytes[at + 1] === lf ? at + 2 : at + 1;
    return this.#hasEnded ? at + 1 : undefined;
  }

  /** All before `to` is no record's. */
  #pass(to: number, lines: number): void {
    this.#blankBytes += to - this.#at;
    this.#at = to;
    this.#line += lines;
    this.#spaceBytes = 0;
  }

  /** Lets csv-parse look on from `#at`, where a record starts. @returns whether it found an end. */
  #findRecords(): boolean {
    const available = this.#length - this.#at;
    if (!this.#hasEnded && this.#triedBytes >= impatientBytes) {
      if (available < Math.min(2 * this.#triedBytes, this.#maxRecordBytes + 1)) return false;
    }
    for (;;) {
      const size = Math.min(this.#stretchBytes, available);
      const isAll = this.#hasEnded && size === available;
      this.#found = this.#findEnds(this.#bytes.subarray(this.#at, this.#at + size), isAll);
      this.#foundAt = this.#base + this.#at;
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
    const bytes = this.#bytes;
    const start = this.#at;
    rawRecord.split(bytes, start, startOfLineEnd(bytes, start, end));
    if (!rawRecord.hasStrayText && (rawRecord.fieldCount !== fieldCount || rawRecord.openQuote !== undefined)) {
      throw this.#disagreement(`${fieldCount} fields`);
    }
    record.bytes = bytes;
    record.fieldCount = rawRecord.fieldCount;
    record.number = this.#number++;
    record.line = this.#line;
    record.offset = this.#base + start;
    record.raw = bytes;
    record.rawStart = start;
    record.rawEnd = end;
    record.fault = rawRecord.hasStrayText ? 'TEXT_AFTER_QUOTE' : undefined;
    if (rawRecord.hasEscapes && !rawRecord.hasStrayText) {
      if (this.#scratch.length < end - start) this.#scratch = Buffer.allocUnsafe(2 * (end - start));
      rawRecord.unescape(bytes, this.#scratch);
      record.bytes = this.#scratch;
    }
    this.#at = end;
    this.#line += countLineEnds(bytes, start, end);
    this.#spaceBytes = 0;
    this.#triedBytes = 0;
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
    return new Error(`${this.#sourceName}, record ${this.#number}: csv-parse sees ${counted} where here are ${fields}`);
  }

  /** Where an endless record begins to be one: its quote that is open at the last byte it may have, else its first line. */
  #place(): EndlessPlace {
    const bytes = this.#bytes;
    const start = this.#at;
    this.#rawRecord.split(bytes, start, Math.min(this.#length, start + this.#maxRecordBytes + 1));
    const { openQuote } = this.#rawRecord;
    const line = this.#line + (openQuote === undefined ? 0 : countLineEnds(bytes, start, openQuote));
    return { source: this.#sourceName, line, record: this.#number, isInQuotes: openQuote !== undefined };
  }
}
