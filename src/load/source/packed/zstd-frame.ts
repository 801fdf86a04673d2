import type { Buffer } from 'node:buffer';

/** The first four bytes of a frame, as a little-endian number (RFC 8878, 3.1.1). */
export const zstdMagic = 0xfd2fb528;

/** Whether a frame that begins so holds no content (RFC 8878, 3.1.2): its length follows, in four bytes. */
export function isSkippable(magic: number): boolean {
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f;
}

/** What of a frame comes next: a field of so many bytes that has to be looked at. */
type Field = 'descriptor' | 'block';

/**
 * Follows the bytes of a zstd frame to find its end (RFC 8878, 3.1.1): Node's decompressor stops there without a
 * word about what is behind it, and cannot be asked whether it is in the middle of one.
 */
export class ZstdFrame {
  /** Bytes to pass over before the next field. It begins with the magic number. */
  #pass = 4;
  #next: Field | undefined = 'descriptor';
  /** The bytes of the next field that came so far, little-endian, and how many they are. */
  #value = 0;
  #valueBytes = 0;
  #hasChecksum = false;

  /** Whether all of the frame has come. */
  get isWhole(): boolean {
    return this.#pass === 0 && this.#next === undefined;
  }

  /** @returns how many of the first bytes of `piece` belong to the frame. */
  take(piece: Buffer): number {
    let at = 0;
    while (at < piece.length && !this.isWhole) {
      if (this.#pass > 0) {
        const passed = Math.min(this.#pass, piece.length - at);
        this.#pass -= passed;
        at += passed;
      } else {
        this.#value += (piece[at++] ?? 0) * 256 ** this.#valueBytes++;
        if (this.#valueBytes === (this.#next === 'block' ? 3 : 1)) this.#endField();
      }
    }
    return at;
  }

  #endField(): void {
    if (this.#next === 'descriptor') this.#descriptor(this.#value);
    else this.#block(this.#value);
    this.#value = 0;
    this.#valueBytes = 0;
  }

  #descriptor(bits: number): void {
    const isSingleSegment = (bits & 0x20) !== 0;
    const dictionaryIdBytes = [0, 1, 2, 4][bits & 3] ?? 0;
    const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][bits >> 6] ?? 0;
    this.#hasChecksum = (bits & 4) !== 0;
    this.#pass = (isSingleSegment ? 0 : 1) + dictionaryIdBytes + contentSizeBytes;
    this.#next = 'block';
  }

  #block(header: number): void {
    const isLast = (header & 1) !== 0;
    const isOneByteRepeated = ((header >> 1) & 3) === 1;
    this.#pass = isOneByteRepeated ? 1 : header >> 3;
    if (!isLast) return;
    this.#next = undefined;
    if (this.#hasChecksum) this.#pass += 4;
  }
}
