import type { Buffer } from 'node:buffer';

/**
 * How the characters of an encoding stand in its bytes. A character's UTF-8 is held as a word of 32 bits, its first byte
 * lowest: no character of any encoding here is longer than four bytes of UTF-8, and only U+0000 has a byte that is zero.
 */
export interface Encoding {
  /** Bytes of a unit: where a character ends, one begins or the source ends. */
  readonly unitBytes: 1 | 2;
  /** Which byte of its unit tells an ASCII character. */
  readonly asciiByte: 0 | 1;
  /** What none of four bytes has, read as a little-endian word, where all of their units are ASCII characters. */
  readonly notAscii: number;
  /** UTF-8 of what `read` met last; `invalid` for a sequence that is no character. */
  word: number;
  /**
   * Reads the character at `at`, which lies before `end`, into `word`. What it answers does not change when more bytes
   * come. An invalid sequence takes no ASCII character with it that follows its first byte, so that no line end,
   * quote or delimiter is lost in it.
   * @returns its length in bytes; 0 where it goes on behind `end`
   */
  read(bytes: Buffer, at: number, end: number): number;
}

/** Instead of an invalid sequence: the byte 0xFF, which is nowhere valid in UTF-8. */
export const invalid = 0xff;

/** `notAscii` of encodings whose bytes below 0x80 are ASCII wherever a character begins. */
export const notAsciiBytes = 0x80808080 | 0;

/** The UTF-8 of a code point that is no surrogate. */
export function utf8OfCodePoint(codePoint: number): number {
  if (codePoint < 0x80) return codePoint;
  const last = 0x80 | (codePoint & 0x3f);
  if (codePoint < 0x800) return 0xc0 | (codePoint >> 6) | (last << 8);
  const third = 0x80 | ((codePoint >> 6) & 0x3f);
  if (codePoint < 0x10000) return 0xe0 | (codePoint >> 12) | (third << 8) | (last << 16);
  return 0xf0 | (codePoint >> 18) | ((0x80 | ((codePoint >> 12) & 0x3f)) << 8) | (third << 16) | (last << 24);
}

/** Bytes of UTF-8 in a word. */
export function utf8Bytes(word: number): number {
  return 4 - (Math.clz32(word | 1) >>> 3);
}
