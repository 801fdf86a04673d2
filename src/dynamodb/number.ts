import { maxNumberDigits, maxNumberExponent, minNumberExponent } from './limits.ts';
import type { RejectCode } from '../errors.ts';

/** What `numberSize` answers for text that DynamoDB takes for no number; all below 0, as sizes never are. */
const notANumber = -1;
const tooPrecise = -2;
const outOfRange = -3;

/** Exponents are cut here: far beyond every valid one even after a shift by 2^31 digits, and exact as a double. */
const exponentCeiling = 1e12;

const zero = 0x30;
const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;

/**
 * The size of a number as DynamoDB counts it, in bytes: 0 is 1 byte; others are 1, plus 1 for every pair of
 * digits (pairs aligned at the decimal point, from the first to the last that is not 00), plus 1 if negative.
 *
 * Number text is `[+-]?(digits[.digits?]|.digits)([eE][+-]?digits)?`, with at most 38 digits between its first
 * and its last that is not 0, and a magnitude of 0 or 1E-130 to 9.99…E+125 (DG Constraints; the text DynamoDB
 * accepts was tried).
 *
 * @returns the size; below 0 where the text is no such number: `numberFault` says why.
 */
export function numberSize(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const sign = bytes[at];
  if (sign === minus || sign === plus) at++;

  let digits = 0;
  let pointAt = -1;
  let first = -1;
  let last = -1;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte > zero && byte <= zero + 9) {
      if (first < 0) first = digits;
      last = digits++;
    } else if (byte === zero) digits++;
    else if (byte === point && pointAt < 0) pointAt = digits;
    else break;
  }
  if (digits === 0) return notANumber;
  let exponent = 0;
  if (at < end) {
    exponent = readExponent(bytes, at, end);
    if (Number.isNaN(exponent)) return notANumber;
  }
  if (first < 0) return 1;

  const shift = (pointAt < 0 ? digits : pointAt) - 1 + exponent;
  const high = shift - first;
  if (high < minNumberExponent || high > maxNumberExponent) return outOfRange;
  if (last - first >= maxNumberDigits) return tooPrecise;
  // `>> 1` is the floor of the half for negative exponents too
  const pairs = (high >> 1) - ((shift - last) >> 1) + 1;
  return 1 + pairs + (sign === minus ? 1 : 0);
}

/** The reject code for an answer of `numberSize` that is below 0. */
export function numberFault(size: number): RejectCode {
  if (size === tooPrecise) return 'NUMBER_TOO_PRECISE';
  return size === outOfRange ? 'NUMBER_OUT_OF_RANGE' : 'NOT_A_NUMBER';
}

/**
 * A text that two numbers share exactly when DynamoDB calls them equal: `1`, `1.0`, `1e0`, `01` and `+1` are
 * all `1`, `-0` is `0`. Integers up to 38 digits are themselves; all others are their digits without zeros at
 * either end, then the exponent of the last digit: `1.50` is `15E-1`.
 *
 * @param bytes text that `numberSize` has found valid
 */
export function canonicalNumber(bytes: Buffer, start: number, end: number): string {
  if (isPlainInteger(bytes, start, end)) return bytes.toString('latin1', start, end);

  let digits = '';
  let zerosBehind = 0;
  let fraction = 0;
  let inFraction = false;
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === point) inFraction = true;
    else if (byte >= zero && byte <= zero + 9) {
      if (inFraction) fraction++;
      if (byte !== zero) {
        digits += '0'.repeat(zerosBehind) + String.fromCharCode(byte);
        zerosBehind = 0;
      } else if (digits !== '') zerosBehind++;
    } else if (at > start) break;
  }
  if (digits === '') return '0';

  const sign = bytes[start] === minus ? '-' : '';
  const exponent = (at < end ? readExponent(bytes, at, end) : 0) - fraction + zerosBehind;
  if (exponent >= 0 && digits.length + exponent <= maxNumberDigits) return sign + digits + '0'.repeat(exponent);
  return `${sign}${digits}E${exponent}`;
}

/** Whether the text is its own canonical text: `0`, or up to 38 digits without a zero in front. */
export function isPlainInteger(bytes: Uint8Array, start: number, end: number): boolean {
  const from = bytes[start] === minus ? start + 1 : start;
  const length = end - from;
  if (length === 0 || length > maxNumberDigits) return false;
  if (bytes[from] === zero) return length === 1 && from === start;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < zero || byte > zero + 9) return false;
  }
  return true;
}

/** `[eE][+-]?digits` to the very end → its value, cut at ±`exponentCeiling`; NaN for anything else. */
function readExponent(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (((bytes[at] as number) | 0x20) !== 0x65) return NaN;
  at++;
  const sign = at < end ? bytes[at] : undefined;
  if (sign === minus || sign === plus) at++;
  if (at >= end) return NaN;
  let value = 0;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < zero || byte > zero + 9) return NaN;
    if (value < exponentCeiling) value = value * 10 + (byte - zero);
  }
  return sign === minus ? -value : value;
}
