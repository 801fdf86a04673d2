import type { Buffer } from 'node:buffer';
import { invalid, notAsciiBytes, utf8OfCodePoint, type Encoding } from './encoding.ts';

/** UTF-8 of a whole character of two bytes or more, as a word; `invalid` where it is none. */
export type LookUp = (...bytes: number[]) => number;

export interface MultiByteShape {
  /** Bytes that begin a character of several bytes: from, to, from, to … */
  readonly leads: readonly number[];
  /** The lead of characters of three bytes, in EUC-JP. */
  readonly leadOfThree?: number;
  /** A digit behind a lead makes a character of four bytes, as in GB18030. */
  readonly hasFourBytes?: boolean;
}

/** Pointers of GB18030's four bytes from which on, and up to which, they count the code points from U+10000. */
const firstBeyondBmp = 189_000;
const lastBeyondBmp = 1_237_575;
/** Pointers below it are looked up; between the two ranges there is nothing. */
const bmpPointers = 39_420;

/**
 * Encodings of the far east: bytes below 0x80 are ASCII unless they follow a lead byte. How long an invalid
 * sequence is goes by the decoders of the Encoding Standard (encoding.spec.whatwg.org): its last byte is not part of it if
 * it is ASCII, and of four bytes in a wrong form only the first one is.
 *
 * Each character is looked up when it first occurs.
 */
export class MultiByte implements Encoding {
  readonly unitBytes = 1;
  readonly asciiByte = 0;
  readonly notAscii = notAsciiBytes;
  word = 0;
  readonly #isLead = new Uint8Array(0x100);
  readonly #singles: Int32Array;
  /** By both bytes; 0 where not yet looked up. */
  readonly #pairs = new Int32Array(0x10000);
  readonly #leadOfThree: number;
  /** By the second and the third byte. */
  readonly #threes: Int32Array;
  /** By pointer. */
  readonly #fours: Int32Array | undefined;
  readonly #lookUp: LookUp;

  /** @param singles UTF-8 of the bytes that are characters by themselves */
  constructor(shape: MultiByteShape, singles: Int32Array, lookUp: LookUp) {
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
    return this.word === invalid && second < 0x80 ? 1 : 2;
  }

  #readThree(bytes: Buffer, at: number, end: number): number {
    if (at + 3 > end) return 0;
    const second = bytes[at + 1] as number;
    const third = bytes[at + 2] as number;
    const index = (second << 8) | third;
    this.word = this.#threes[index] ||= this.#lookUp(this.#leadOfThree, second, third);
    return this.word === invalid && third < 0x80 ? 2 : 3;
  }

  #readFour(fours: Int32Array, bytes: Buffer, at: number, end: number): number {
    this.word = invalid;
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
    } else if (pointer >= firstBeyondBmp && pointer <= lastBeyondBmp) {
      this.word = utf8OfCodePoint(0x10000 + pointer - firstBeyondBmp);
    }
    return 4;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
