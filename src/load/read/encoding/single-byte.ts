import type { Buffer } from 'node:buffer';
import { highBitMask, invalidByte, type Encoding } from './encoding.ts';

/** An encoding in which each byte is a character or invalid. */
export class SingleByte implements Encoding {
  readonly unitBytes = 1;
  readonly asciiByte = 0;
  readonly nonAsciiMask: number;
  word = 0;
  readonly #words: Int32Array;

  /** @param words The UTF-8 of each of the 256 bytes. */
  constructor(words: Int32Array) {
    this.#words = words;
    // cp864 has a different percent sign, so its bytes below 0x80 are not all ASCII.
    this.nonAsciiMask = words.subarray(0, 0x80).every((word, byte) => word === byte) ? highBitMask : -1;
  }

  read(bytes: Buffer, at: number): number {
    this.word = this.#words[bytes[at] as number] ?? invalidByte;
    return 1;
  }
}
