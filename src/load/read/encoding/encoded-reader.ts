import { Buffer } from 'node:buffer';
import type { CsvRecord, Position, Reader } from '../record.ts';
import { Unread } from '../unread.ts';
import { invalid, utf8Bytes, type Encoding } from './encoding.ts';

export { openEncoding } from './open-encoding.ts';

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

  /** In the source's encoding. The part before `#decoded` has gone to the reader inside, which counts lines and records. */
  readonly #unread: Unread;
  #view: DataView;
  #decoded = 0;

  readonly #utf8 = Buffer.allocUnsafe(blockBytes + wordBytes);
  readonly #utf8View = viewOf(this.#utf8);
  /** The blank bytes of the reader inside that have been passed here too. */
  #innerBlankBytes: number;
  #blankBytes = 0;
  #mark: Buffer = Buffer.alloc(0);

  /**
   * @param start place of the first byte pushed
   * @param inner reads UTF-8 from the same start on: it sees a byte-order mark at offset 0 only
   */
  constructor(encoding: Encoding, start: Position, inner: Reader) {
    this.#encoding = encoding;
    this.#inner = inner;
    this.#unread = new Unread(start);
    this.#view = viewOf(this.#unread.bytes);
    this.#innerBlankBytes = inner.blankBytes;
    this.record = inner.record;
  }

  get position(): Position {
    return { ...this.#inner.position, offset: this.#unread.offset };
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
    this.#decoded -= this.#unread.at;
    this.#unread.push(chunk);
    this.#view = viewOf(this.#unread.bytes);
    this.#decode();
  }

  end(): void {
    this.#unread.hasEnded = true;
    this.#decode();
    this.#inner.end();
  }

  next(): boolean {
    let isFound = false;
    try {
      isFound = this.#inner.next();
    } finally {
      this.#passBlanks();
    }
    if (isFound) this.#locate();
    return isFound;
  }

  /** Passes the byte-order mark and the blank lines that the reader inside has passed. */
  #passBlanks(): void {
    const inner = this.#inner;
    const unread = this.#unread;
    const from = unread.at;
    const markBytes = inner.byteOrderMark.length;
    if (markBytes > 0 && this.#mark.length === 0) {
      this.#pass(markBytes);
      this.#innerBlankBytes += markBytes;
      this.#mark = Buffer.from(unread.bytes.subarray(from, unread.at));
    }
    this.#pass(inner.blankBytes - this.#innerBlankBytes);
    this.#innerBlankBytes = inner.blankBytes;
    this.#blankBytes += unread.at - from;
  }

  /** Replaces the raw bytes and the offset of the record that the reader inside found by those in the source. */
  #locate(): void {
    const { record } = this;
    const unread = this.#unread;
    const bytesOfUtf8 = record.rawEnd - record.rawStart;
    record.offset = unread.offset;
    record.raw = unread.bytes;
    record.rawStart = unread.at;
    this.#pass(bytesOfUtf8);
    record.rawEnd = unread.at;
  }

  /** Hands all complete characters to the reader inside, as UTF-8. */
  #decode(): void {
    const encoding = this.#encoding;
    const { unitBytes, asciiByte } = encoding;
    const { bytes, length: end } = this.#unread;
    const utf8 = this.#utf8;
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

  /** Moves `#unread.at` behind as many characters as have that many bytes of UTF-8. */
  #pass(bytesOfUtf8: number): void {
    const encoding = this.#encoding;
    const end = this.#decoded;
    let at = this.#unread.at;
    let left = bytesOfUtf8;
    while (left > 0 && at < end) {
      const ascii = this.#asciiRun(at, end, left);
      at += ascii * encoding.unitBytes;
      left -= ascii;
      if (left === 0) break;
      at += this.#read(at);
      left -= utf8Bytes(encoding.word);
    }
    this.#unread.at = at;
  }

  /** Reads the character at `at`. @returns its length; 0 where more bytes are needed, and may come */
  #read(at: number): number {
    const encoding = this.#encoding;
    const { bytes, length: end, hasEnded } = this.#unread;
    const length = encoding.read(bytes, at, end);
    if (length > 0 || !hasEnded) return length;
    encoding.word = invalid;
    return Math.min(encoding.unitBytes, end - at);
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
