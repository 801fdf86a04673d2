import type { Buffer } from 'node:buffer';

/**
 * Decodes the characters of an encoding. The UTF-8 of a character is a 32-bit word with the first byte lowest: no
 * character of a supported encoding has more than four bytes of UTF-8, and only U+0000 has a zero byte.
 */
export interface Encoding {
  /** Bytes of a code unit. Each character consists of whole units. */
  readonly unitBytes: 1 | 2;
  /** Position in the unit of the byte that holds an ASCII character. */
  readonly asciiByte: 0 | 1;
  /** Bits that are all zero in four bytes, read as a little-endian word, if their units are all ASCII characters. */
  readonly nonAsciiMask: number;
  /** UTF-8 of the last character that `read` returned; `invalidByte` for an invalid sequence. */
  word: number;
  /**
   * Reads the character at `at`, which is before `end`, into `word`. The result does not change when more bytes
   * arrive. An invalid sequence never includes an ASCII character after its first byte, so no line ending, quote or
   * delimiter is lost.
   * @returns Its length in bytes, or 0 if it continues after `end`.
   */
  read(bytes: Buffer, at: number, end: number): number;
}

/** Replaces an invalid sequence. The byte 0xFF is never valid in UTF-8. */
export const invalidByte = 0xff;

/** `nonAsciiMask` of encodings in which a character that starts with a byte below 0x80 is ASCII. */
export const highBitMask = 0x80808080 | 0;

/** Returns the UTF-8 of a code point that is not a surrogate. */
export function encodeCodePoint(codePoint: number): number {
  if (codePoint < 0x80) return codePoint;
  const last = 0x80 | (codePoint & 0x3f);
  if (codePoint < 0x800) return 0xc0 | (codePoint >> 6) | (last << 8);
  const third = 0x80 | ((codePoint >> 6) & 0x3f);
  if (codePoint < 0x10000) return 0xe0 | (codePoint >> 12) | (third << 8) | (last << 16);
  return 0xf0 | (codePoint >> 18) | ((0x80 | ((codePoint >> 12) & 0x3f)) << 8) | (third << 16) | (last << 24);
}

/** Returns the number of UTF-8 bytes in a word. */
export function utf8Length(word: number): number {
  return 4 - (Math.clz32(word | 1) >>> 3);
}
