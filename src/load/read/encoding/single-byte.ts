import type { Buffer } from 'node:buffer';
import { invalid, notAsciiBytes, type Encoding } from './encoding.ts';

/** An encoding in which each byte is a character, or none. */
export class SingleByte implements Encoding {
  readonly unitBytes = 1;
  readonly asciiByte = 0;
  readonly notAscii: number;
  word = 0;
  readonly #words: Int32Array;

  /** @param words the UTF-8 of each of the 256 bytes */
  constructor(words: Int32Array) {
    this.#words = words;
    // cp864 has its own percent sign: there, no run of bytes is known to be ASCII.
    this.notAscii = words.subarray(0, 0x80).every((word, byte) => word === byte) ? notAsciiBytes : -1;
  }

  read(bytes: Buffer, at: number): number {
    this.word = this.#words[bytes[at] as number] ?? invalid;
    return 1;
  }
}
