import type { Buffer } from 'node:buffer';
import { encodeCodePoint, highBitMask, invalidByte, type Encoding } from './encoding.ts';

/** Returns the UTF-8 of a character of two or more bytes as a word, or `invalidByte`. */
export type CharacterLookUp = (...bytes: number[]) => number;

export interface MultiByteShape {
  /** Ranges of the bytes that start a multi-byte character: from, to, from, to … */
  readonly leads: readonly number[];
  /** Lead byte of three-byte characters, in EUC-JP. */
  readonly leadOfThree?: number;
  /** Whether a digit after a lead byte makes a four-byte character, as in GB18030. */
  readonly hasFourBytes?: boolean;
}

/** Range of GB18030 four-byte pointers that count the code points from U+10000. */
const minSupplementary = 189_000;
const maxSupplementary = 1_237_575;
/** Pointers below this are looked up. Those between the two ranges are invalid. */
const bmpPointers = 39_420;

/**
 * East Asian encodings: bytes below 0x80 are ASCII unless they follow a lead byte. The length of an invalid sequence
 * follows the Encoding Standard (encoding.spec.whatwg.org): an ASCII last byte is not part of it, and of an invalid
 * four-byte form only the first byte is. Each character is looked up when it first occurs.
 */
export class MultiByte implements Encoding {
  readonly unitBytes = 1;
  readonly asciiByte = 0;
  readonly nonAsciiMask = highBitMask;
  word = 0;
  readonly #isLead = new Uint8Array(0x100);
  readonly #singles: Int32Array;
  /** Index: both bytes. 0 if not yet looked up. */
  readonly #pairs = new Int32Array(0x10000);
  readonly #leadOfThree: number;
  /** Index: second and third byte. */
  readonly #threes: Int32Array;
  /** Index: pointer. */
  readonly #fours: Int32Array | undefined;
  readonly #lookUp: CharacterLookUp;

  /** @param singles The UTF-8 of the one-byte characters. */
  constructor(shape: MultiByteShape, singles: Int32Array, lookUp: CharacterLookUp) {
    const { leads, leadOfThree, hasFourBytes = false } = shape;
    this.#singles = singles;
    this.#lookUp = lookUp;
    this.#leadOfThree = leadOfThree ?? -1;
    this.#threes = new Int32Array(leadOfThree === undefined ? 0 : 0x10000);
    this.#fours = hasFourBytes ? new Int32Array(bmpPointers) : undefined;
    for (let i = 0; i < leads.length; i += 2) this.#isLead.fill(1, leads[i], (leads[i + 1] ?? 0) + 1);
  }

  read(bytes: Buffer, at: number, end: number): number {
    const lead = bytes[at] as number;
    if (this.#isLead[lead] === 0) {
      this.word = this.#singles[lead] as number;
      return 1;
    }
    if (at + 2 > end) return 0;
    const second = bytes[at + 1] as number;
    if (lead === this.#leadOfThree && second > 0xa0 && second < 0xff) return this.#readThree(bytes, at, end);
    if (this.#fours !== undefined && isDigit(second)) return this.#readFour(this.#fours, bytes, at, end);
    const index = (lead << 8) | second;
    const known = this.#pairs[index] as number;
    this.word = known === 0 ? (this.#pairs[index] = this.#lookUp(lead, second)) : known;
    return this.word === invalidByte && second < 0x80 ? 1 : 2;
  }

  #readThree(bytes: Buffer, at: number, end: number): number {
    if (at + 3 > end) return 0;
    const second = bytes[at + 1] as number;
    const third = bytes[at + 2] as number;
    const index = (second << 8) | third;
    this.word = this.#threes[index] ||= this.#lookUp(this.#leadOfThree, second, third);
    return this.word === invalidByte && third < 0x80 ? 2 : 3;
  }

  #readFour(fours: Int32Array, bytes: Buffer, at: number, end: number): number {
    this.word = invalidByte;
    if (at + 3 > end) return 0;
    const third = bytes[at + 2] as number;
    if (this.#isLead[third] === 0) return 1;
    if (at + 4 > end) return 0;
    const fourth = bytes[at + 3] as number;
    if (!isDigit(fourth)) return 1;
    const lead = bytes[at] as number;
    const second = bytes[at + 1] as number;
    const pointer = (lead - 0x81) * 12_600 + (second - 0x30) * 1260 + (third - 0x81) * 10 + (fourth - 0x30);
    if (pointer < bmpPointers) {
      this.word = fours[pointer] ||= this.#lookUp(lead, second, third, fourth);
    } else if (pointer >= minSupplementary && pointer <= maxSupplementary) {
      this.word = encodeCodePoint(0x10000 + pointer - minSupplementary);
    }
    return 4;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
