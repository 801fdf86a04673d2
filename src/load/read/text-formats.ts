import type { Buffer } from 'node:buffer';
import { backslash } from './bytes.ts';

/** A database whose text exports have backslash sequences, also outside quotes. */
export const textFormats = ['postgres', 'mysql', 'redshift'] as const;
export type TextFormat = (typeof textFormats)[number];

/** A decoded sequence: its byte, and its length after the backslash in the bits above. -1 if it is invalid. */
type Sequence = number;

const invalid: Sequence = -1;
const nullLetter = 0x4e;
const octalDigits = toBytes('01234567');
const hexDigits = toBytes('0123456789abcdefABCDEF');
const hexMark = 0x78;

/** PostgreSQL: COPY, section Text Format. */
const postgresLetters = toLetters(['b\b', 'f\f', 'n\n', 'r\r', 't\t', 'v\v']);

/** MySQL: LOAD DATA, section FIELDS ESCAPED BY. */
const mysqlLetters = toLetters(['0\0', 'b\b', 'n\n', 'r\r', 't\t', 'Z\x1a']);

/** Redshift: UNLOAD, option ESCAPE. It also escapes the delimiter. */
const redshiftBytes = toBytes('\\"\'\n\r\0');

/** Whether `bytes[start, end)` is `\N`, which is NULL. */
export function isNullSequence(bytes: Buffer, start: number, end: number): boolean {
  return end - start === 2 && bytes[start] === backslash && bytes[start + 1] === nullLetter;
}

/** Decodes the sequence whose backslash precedes `at`. */
export function decodeSequence(
  bytes: Buffer,
  at: number,
  end: number,
  { unescape, delimiter }: { readonly unescape: TextFormat; readonly delimiter: Buffer },
): Sequence {
  const byte = at < end ? bytes[at] : undefined;
  if (byte === undefined) return invalid;
  const itself = (1 << 8) | byte;
  switch (unescape) {
    case 'postgres': {
      if (octalDigits.has(byte)) return decodeDigits(bytes, at, Math.min(end, at + 3), octalDigits);
      if (byte === hexMark) return decodeDigits(bytes, at + 1, Math.min(end, at + 3), hexDigits);
      // `\.` marks the end of the data.
      return byte === 0x2e ? invalid : (postgresLetters.get(byte) ?? itself);
    }
    case 'mysql':
      // `\N` is NULL, but only if it is the whole field.
      return byte === nullLetter ? invalid : (mysqlLetters.get(byte) ?? itself);
    case 'redshift':
      return redshiftBytes.has(byte) || byte === delimiter[0] ? itself : invalid;
  }
}

/** Decodes a byte that is written as octal or hexadecimal digits. PostgreSQL has no text with NUL. */
function decodeDigits(bytes: Buffer, start: number, end: number, digits: ReadonlySet<number>): Sequence {
  let at = start;
  while (at < end && digits.has(bytes[at] ?? 0)) at++;
  const radix = digits === hexDigits ? 16 : 8;
  const value = Number.parseInt(bytes.toString('latin1', start, at), radix);
  const length = at - start + (radix === 16 ? 1 : 0);
  return value > 0 && value < 256 ? (length << 8) | value : invalid;
}

/** Whether a token would be ambiguous after a backslash. */
export function startsLikeSequence(token: string): boolean {
  return /^[a-z0-9.\\]/i.test(token);
}

function toBytes(text: string): ReadonlySet<number> {
  return new Set(Array.from(text, (character) => character.charCodeAt(0)));
}

/** @param pairs a letter and the character that it encodes */
function toLetters(pairs: readonly string[]): ReadonlyMap<number, Sequence> {
  return new Map(pairs.map((pair) => [pair.charCodeAt(0), (1 << 8) | pair.charCodeAt(1)]));
}
