import { Buffer } from 'node:buffer';
import type { CsvRecord, Position, Reader } from '../record.ts';
import { InputBuffer } from '../input-buffer.ts';
import { invalidByte, utf8Length, type Encoding } from './encoding.ts';

export { openEncoding } from './open-encoding.ts';

/** Bytes of UTF-8 to push at a time. */
const blockBytes = 64 * 1024;
/** A word is always written completely, even if its character is shorter. */
const wordBytes = 4;

/**
 * Reads a source in another encoding. It decodes the source to UTF-8 for the inner reader and locates each record in
 * the source. Raw bytes, offsets and blank bytes refer to the source in its own encoding; fields are UTF-8. An
 * invalid sequence becomes the byte 0xFF, which is invalid in UTF-8 too.
 *
 * The bytes of the source are kept until the inner reader has consumed them. They are then scanned again, by the same
 * number of characters. An incomplete character at the end of a chunk waits for the next chunk; at the end of the
 * source it is invalid. In addition to the inner reader, memory is bounded by twice the longest record plus twice the
 * longest chunk.
 *
 * Invariant: `position.offset = start.offset + blankBytes + raw lengths of the records so far`.
 */
export class EncodedReader implements Reader {
  readonly record: CsvRecord;
  readonly #encoding: Encoding;
  readonly #inner: Reader;

  /** Bytes of the source. Those before `#decoded` are already in the inner reader, which counts lines and records. */
  readonly #input: InputBuffer;
  #view: DataView;
  #decoded = 0;

  readonly #utf8 = Buffer.allocUnsafe(blockBytes + wordBytes);
  readonly #utf8View = makeView(this.#utf8);
  /** Blank bytes of the inner reader that are already skipped here. */
  #innerBlankBytes: number;
  #blankBytes = 0;
  #mark: Buffer = Buffer.alloc(0);

  /**
   * @param start Position of the first byte pushed.
   * @param inner A reader of UTF-8 with the same start.
   */
  constructor(encoding: Encoding, start: Position, inner: Reader) {
    this.#encoding = encoding;
    this.#inner = inner;
    this.#input = new InputBuffer(start);
    this.#view = makeView(this.#input.bytes);
    this.#innerBlankBytes = inner.blankBytes;
    this.record = inner.record;
  }

  get position(): Position {
    return { ...this.#inner.position, offset: this.#input.offset };
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
    this.#decoded -= this.#input.at;
    this.#input.push(chunk);
    this.#view = makeView(this.#input.bytes);
    this.#decode();
  }

  end(): void {
    this.#input.hasEnded = true;
    this.#decode();
    this.#inner.end();
  }

  next(): boolean {
    let isFound = false;
    try {
      isFound = this.#inner.next();
    } finally {
      this.#skipBlanks();
    }
    if (isFound) this.#locate();
    return isFound;
  }

  /** Skips the byte-order mark and the blank lines that the inner reader skipped. */
  #skipBlanks(): void {
    const inner = this.#inner;
    const input = this.#input;
    const from = input.at;
    const markBytes = inner.byteOrderMark.length;
    if (markBytes > 0 && this.#mark.length === 0) {
      this.#skip(markBytes);
      this.#innerBlankBytes += markBytes;
      this.#mark = Buffer.from(input.bytes.subarray(from, input.at));
    }
    this.#skip(inner.blankBytes - this.#innerBlankBytes);
    this.#innerBlankBytes = inner.blankBytes;
    this.#blankBytes += input.at - from;
  }

  /** Replaces the raw bytes and the offset of the inner record with those in the source. */
  #locate(): void {
    const { record } = this;
    const input = this.#input;
    const bytesOfUtf8 = record.rawEnd - record.rawStart;
    record.offset = input.offset;
    record.raw = input.bytes;
    record.rawStart = input.at;
    this.#skip(bytesOfUtf8);
    record.rawEnd = input.at;
  }

  /** Pushes all complete characters to the inner reader, as UTF-8. */
  #decode(): void {
    const encoding = this.#encoding;
    const { unitBytes, asciiByte } = encoding;
    const { bytes, length: end } = this.#input;
    const utf8 = this.#utf8;
    let at = this.#decoded;
    let length = -1;
    while (at < end && length !== 0) {
      let to = 0;
      while (at < end && to < blockBytes) {
        const asciiEnd = to + this.#countAscii(at, end, blockBytes - to);
        for (; to < asciiEnd; to++, at += unitBytes) utf8[to] = bytes[at + asciiByte] as number;
        if (at === end || to === blockBytes) break;
        length = this.#read(at);
        if (length === 0) break;
        this.#utf8View.setInt32(to, encoding.word, true);
        to += utf8Length(encoding.word);
        at += length;
      }
      if (to > 0) this.#inner.push(utf8.subarray(0, to));
    }
    this.#decoded = at;
  }

  /** Moves `#input.at` past the characters that make up this many bytes of UTF-8. */
  #skip(bytesOfUtf8: number): void {
    const encoding = this.#encoding;
    const end = this.#decoded;
    let at = this.#input.at;
    let left = bytesOfUtf8;
    while (left > 0 && at < end) {
      const ascii = this.#countAscii(at, end, left);
      at += ascii * encoding.unitBytes;
      left -= ascii;
      if (left === 0) break;
      at += this.#read(at);
      left -= utf8Length(encoding.word);
    }
    this.#input.at = at;
  }

  /** Reads the character at `at`. @returns Its length, or 0 if more bytes are needed and may arrive. */
  #read(at: number): number {
    const encoding = this.#encoding;
    const { bytes, length: end, hasEnded } = this.#input;
    const length = encoding.read(bytes, at, end);
    if (length > 0 || !hasEnded) return length;
    encoding.word = invalidByte;
    return Math.min(encoding.unitBytes, end - at);
  }

  /**
   * Counts the ASCII characters from `at`, four bytes at a time.
   * @returns Up to `max`, and up to three bytes too few.
   */
  #countAscii(at: number, end: number, max: number): number {
    const view = this.#view;
    const { nonAsciiMask, unitBytes } = this.#encoding;
    const last = Math.min(end, at + max * unitBytes) - 4;
    let i = at;
    while (i <= last && (view.getInt32(i, true) & nonAsciiMask) === 0) i += 4;
    return (i - at) / unitBytes;
  }
}

function makeView(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
