import type { Buffer } from 'node:buffer';
import { invalid, utf8OfCodePoint, type Encoding } from './encoding.ts';

/** UTF-16 in either byte order. A surrogate that is not one of a pair is invalid. */
export class Utf16 implements Encoding {
  readonly unitBytes = 2;
  readonly asciiByte: 0 | 1;
  readonly notAscii: number;
  word = 0;

  constructor(byteOrder: 'le' | 'be') {
    this.asciiByte = byteOrder === 'le' ? 0 : 1;
    this.notAscii = (byteOrder === 'le' ? 0xff80ff80 : 0x80ff80ff) | 0;
  }

  read(bytes: Buffer, at: number, end: number): number {
    if (at + 2 > end) return 0;
    const unit = this.#unit(bytes, at);
    if (unit < 0xd800 || unit > 0xdfff) {
      this.word = utf8OfCodePoint(unit);
      return 2;
    }
    this.word = invalid;
    if (unit > 0xdbff) return 2;
    if (at + 4 > end) return 0;
    const trail = this.#unit(bytes, at + 2);
    if (trail < 0xdc00 || trail > 0xdfff) return 2;
    this.word = utf8OfCodePoint(0x10000 + ((unit - 0xd800) << 10) + (trail - 0xdc00));
    return 4;
  }

  #unit(bytes: Buffer, at: number): number {
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    return this.asciiByte === 0 ? first | (second << 8) : (first << 8) | second;
  }
}
