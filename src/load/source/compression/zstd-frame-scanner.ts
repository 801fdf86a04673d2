import type { Buffer } from 'node:buffer';

/** First four bytes of a frame, as a little-endian number (RFC 8878, 3.1.1). */
export const zstdMagic = 0xfd2fb528;

/** Whether a frame with this magic number has no content (RFC 8878, 3.1.2). Its length follows in four bytes. */
export function isSkippable(magic: number): boolean {
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f;
}

/** The part of a frame that must be decoded next. */
type FramePart = 'descriptor' | 'block';

/**
 * Scans a zstd frame to find its end (RFC 8878, 3.1.1). The decompressor of Node.js stops there silently and cannot
 * report whether it is inside a frame.
 */
export class ZstdFrameScanner {
  /** Bytes to skip before the next part. A frame starts with the magic number. */
  #skip = 4;
  #next: FramePart | undefined = 'descriptor';
  /** Value of the next part as far as it has arrived, little-endian, and its number of bytes. */
  #value = 0;
  #valueBytes = 0;
  #hasChecksum = false;

  /** Whether the end of the frame was reached. */
  get isComplete(): boolean {
    return this.#skip === 0 && this.#next === undefined;
  }

  /** @returns The number of bytes at the start of `piece` that belong to the frame. */
  scan(piece: Buffer): number {
    let at = 0;
    while (at < piece.length && !this.isComplete) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, piece.length - at);
        this.#skip -= skipped;
        at += skipped;
      } else {
        this.#value += (piece[at++] ?? 0) * 256 ** this.#valueBytes++;
        if (this.#valueBytes === (this.#next === 'block' ? 3 : 1)) this.#endPart();
      }
    }
    return at;
  }

  #endPart(): void {
    if (this.#next === 'descriptor') this.#decodeDescriptor(this.#value);
    else this.#decodeBlock(this.#value);
    this.#value = 0;
    this.#valueBytes = 0;
  }

  #decodeDescriptor(bits: number): void {
    const isSingleSegment = (bits & 0x20) !== 0;
    const dictionaryIdBytes = [0, 1, 2, 4][bits & 3] ?? 0;
    const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][bits >> 6] ?? 0;
    this.#hasChecksum = (bits & 4) !== 0;
    this.#skip = (isSingleSegment ? 0 : 1) + dictionaryIdBytes + contentSizeBytes;
    this.#next = 'block';
  }

  #decodeBlock(header: number): void {
    const isLast = (header & 1) !== 0;
    const isOneByteRepeated = ((header >> 1) & 3) === 1;
    this.#skip = isOneByteRepeated ? 1 : header >> 3;
    if (!isLast) return;
    this.#next = undefined;
    if (this.#hasChecksum) this.#skip += 4;
  }
}
