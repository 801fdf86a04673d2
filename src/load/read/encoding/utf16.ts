import type { Buffer } from 'node:buffer';
import { encodeCodePoint, invalidByte, type Encoding } from './encoding.ts';

/** UTF-16 in either byte order. An unpaired surrogate is invalid. */
export class Utf16 implements Encoding {
  readonly unitBytes = 2;
  readonly asciiByte: 0 | 1;
  readonly nonAsciiMask: number;
  word = 0;

  constructor(byteOrder: 'le' | 'be') {
    this.asciiByte = byteOrder === 'le' ? 0 : 1;
    this.nonAsciiMask = (byteOrder === 'le' ? 0xff80ff80 : 0x80ff80ff) | 0;
  }

  read(bytes: Buffer, at: number, end: number): number {
    if (at + 2 > end) return 0;
    const unit = this.#readUnit(bytes, at);
    if (unit < 0xd800 || unit > 0xdfff) {
      this.word = encodeCodePoint(unit);
      return 2;
    }
    this.word = invalidByte;
    if (unit > 0xdbff) return 2;
    if (at + 4 > end) return 0;
    const trail = this.#readUnit(bytes, at + 2);
    if (trail < 0xdc00 || trail > 0xdfff) return 2;
    this.word = encodeCodePoint(0x10000 + ((unit - 0xd800) << 10) + (trail - 0xdc00));
    return 4;
  }

  #readUnit(bytes: Buffer, at: number): number {
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    return this.asciiByte === 0 ? first | (second << 8) : (first << 8) | second;
  }
}
