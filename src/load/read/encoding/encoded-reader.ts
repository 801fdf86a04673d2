import { Buffer } from 'node:buffer';
import { invalid, utf8Bytes, type Encoding } from './encoding.ts';
import { withChunk } from '../append-chunk.ts';
import type { CsvRecord, Position, Reader } from '../record.ts';

export { openEncoding } from './open-encoding.ts';

const none = Buffer.alloc(0);

/** UTF-8 that is handed over at a time. */
const blockBytes = 64 * 1024;
/** A word is written whole, whatever the length of its character. */
const wordBytes = 4;

/**
 * Reads a source in another encoding: turns it into UTF-8 for the reader inside, each invalid sequence into the byte 0xFF,
 * which is invalid there too, and finds for each record where it stands in the source. Raw bytes, offsets and blank bytes
 * are the source's in its own encoding; the fields are UTF-8.
 *
 * The source's bytes are kept as long as the reader inside has not passed them, and then walked over a second time, by
 * as many characters as it did. What a chunk leaves incomplete of a character waits for the next; at the end of the source it
 * is invalid. Beside the memory of the reader inside, twice the longest record in its own encoding is held, and twice the
 * longest chunk.
 *
 * At any time `position.offset = start.offset + blankBytes + raw lengths of the records so far`.
 */
export class EncodedReader implements Reader {
  readonly record: CsvRecord;
  readonly #encoding: Encoding;
  readonly #inner: Reader;

  /** Not passed yet is `#bytes[#at, #length)`, of which the part before `#decoded` has gone to the reader inside. */
  #bytes: Buffer = none;
  #view = viewOf(none);
  #at = 0;
  #decoded = 0;
  #length = 0;
  /** Place of `#bytes[0]` in the source. */
  #base: number;
  #hasEnded = false;

  readonly #utf8 = Buffer.allocUnsafe(blockBytes + wordBytes);
  readonly #utf8View = viewOf(this.#utf8);
  /** The blank bytes of the reader inside that have been passed here too. */
  #innerBlankBytes: number;
  #blankBytes = 0;
  #mark: Buffer = none;

  /**
   * @param start place of the first byte pushed
   * @param inner reads UTF-8 from the same start on: it sees a byte-order mark at offset 0 only
   */
  constructor(encoding: Encoding, start: Position, inner: Reader) {
    this.#encoding = encoding;
    this.#inner = inner;
    this.#base = start.offset;
    this.#innerBlankBytes = inner.blankBytes;
    this.record = { ...inner.record };
  }

  get position(): Position {
    const { line, record } = this.#inner.position;
    return { offset: this.#base + this.#at, line, record };
  }

  get line(): number {
    return this.#inner.line;
  }

  get blankBytes(): number {
    return this.#blankBytes;
  }

  get byteOrderMark(): Buffer {
    return this.#mark;
  }

  push(chunk: Buffer): void {
    const shift = this.#at;
    const memory = withChunk(this.#bytes, shift, this.#length, chunk);
    if (memory !== this.#bytes) this.#view = viewOf(memory);
    this.#bytes = memory;
    this.#base += shift;
    this.#at = 0;
    this.#decoded -= shift;
    this.#length += chunk.length - shift;
    this.#decode();
  }

  end(): void {
    this.#hasEnded = true;
    this.#decode();
    this.#inner.end();
  }

  next(): boolean {
    const inner = this.#inner;
    let isFound = false;
    try {
      isFound = inner.next();
    } finally {
      this.#passBlanks();
    }
    if (isFound) this.#deliver(inner.record);
    return isFound;
  }

  /** Passes the byte-order mark and the blank lines that the reader inside has passed. */
  #passBlanks(): void {
    const inner = this.#inner;
    const from = this.#at;
    const markBytes = inner.byteOrderMark.length;
    if (markBytes > 0 && this.#mark.length === 0) {
      this.#pass(markBytes);
      this.#innerBlankBytes += markBytes;
      this.#mark = Buffer.from(this.#bytes.subarray(from, this.#at));
    }
    this.#pass(inner.blankBytes - this.#innerBlankBytes);
    this.#innerBlankBytes = inner.blankBytes;
    this.#blankBytes += this.#at - from;
  }

  /** Hands over a record of the reader inside, in its place in the source. */
  #deliver(from: CsvRecord): void {
    const { record } = this;
    record.bytes = from.bytes;
    record.fieldCount = from.fieldCount;
    record.starts = from.starts;
    record.ends = from.ends;
    record.number = from.number;
    record.line = from.line;
    record.fault = from.fault;
    record.offset = this.#base + this.#at;
    record.raw = this.#bytes;
    record.rawStart = this.#at;
    this.#pass(from.rawEnd - from.rawStart);
    record.rawEnd = this.#at;
  }

  /** Hands all complete characters to the reader inside, as UTF-8. */
  #decode(): void {
    const encoding = this.#encoding;
    const { unitBytes, asciiByte } = encoding;
    const bytes = this.#bytes;
    const utf8 = this.#utf8;
    const end = this.#length;
    let at = this.#decoded;
    let length = -1;
    while (at < end && length !== 0) {
      let to = 0;
      while (at < end && to < blockBytes) {
        const asciiEnd = to + this.#asciiRun(at, end, blockBytes - to);
        for (; to < asciiEnd; to++, at += unitBytes) utf8[to] = bytes[at + asciiByte] as number;
        if (at === end || to === blockBytes) break;
        length = this.#read(at);
        if (length === 0) break;
        this.#utf8View.setInt32(to, encoding.word, true);
        to += utf8Bytes(encoding.word);
        at += length;
      }
      if (to > 0) this.#inner.push(utf8.subarray(0, to));
    }
    this.#decoded = at;
  }

  /** Moves `#at` behind as many characters as have that many bytes of UTF-8. */
  #pass(bytesOfUtf8: number): void {
    const encoding = this.#encoding;
    const end = this.#decoded;
    let at = this.#at;
    let left = bytesOfUtf8;
    while (left > 0 && at < end) {
      const ascii = this.#asciiRun(at, end, left);
      at += ascii * encoding.unitBytes;
      left -= ascii;
      if (left === 0) break;
      at += this.#read(at);
      left -= utf8Bytes(encoding.word);
    }
    this.#at = at;
  }

  /** Reads the character at `at`. @returns its length; 0 where more bytes are needed, and may come */
  #read(at: number): number {
    const encoding = this.#encoding;
    const length = encoding.read(this.#bytes, at, this.#length);
    if (length > 0 || !this.#hasEnded) return length;
    encoding.word = invalid;
    return Math.min(encoding.unitBytes, this.#length - at);
  }

  /** Counts the ASCII characters from `at` on, four bytes at a time. @returns their number, `max` at most, or a few less */
  #asciiRun(at: number, end: number, max: number): number {
    const view = this.#view;
    const { notAscii, unitBytes } = this.#encoding;
    const last = Math.min(end, at + max * unitBytes) - 4;
    let i = at;
    while (i <= last && (view.getInt32(i, true) & notAscii) === 0) i += 4;
    return (i - at) / unitBytes;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
