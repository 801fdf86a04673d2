import { maxNumberDigits, maxNumberExponent, minNumberExponent } from './limits.ts';
import type { RejectCode } from '../errors.ts';

/** Results of `getNumberSize` for invalid numbers; negative, unlike sizes. */
const notANumber = -1;
const tooPrecise = -2;
const outOfRange = -3;

/**
 * Maximum magnitude of a parsed exponent. It is exact as a double, and so large that the number stays out of range even if
 * 2^31 digits change it.
 */
const maxExponentMagnitude = 1e12;

const zero = 0x30;
const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;

/**
 * Returns the size of a number as DynamoDB counts it, in bytes. 0 takes 1 byte. Other numbers take 1 byte, plus 1 for
 * each pair of digits (aligned at the decimal point, without 00 at either end), plus 1 if negative.
 *
 * A valid number is `[+-]?(digits[.digits?]|.digits)([eE][+-]?digits)?` with at most 38 significant digits and a
 * magnitude of 0 or 1E-130 to 9.99…E+125 (DG Constraints; the accepted syntax was tested against DynamoDB).
 *
 * @returns a negative number if the text is invalid; `getNumberFault` says why
 */
export function getNumberSize(bytes: Uint8Array, start: number, end: number): number {
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
    exponent = parseExponent(bytes, at, end);
    if (Number.isNaN(exponent)) return notANumber;
  }
  if (first < 0) return 1;

  const shift = (pointAt < 0 ? digits : pointAt) - 1 + exponent;
  const high = shift - first;
  if (high < minNumberExponent || high > maxNumberExponent) return outOfRange;
  if (last - first >= maxNumberDigits) return tooPrecise;
  // `>> 1` rounds down for negative exponents too.
  const pairs = (high >> 1) - ((shift - last) >> 1) + 1;
  return 1 + pairs + (sign === minus ? 1 : 0);
}

/** Returns the reject code for a negative result of `getNumberSize`. */
export function getNumberFault(size: number): RejectCode {
  if (size === tooPrecise) return 'NUMBER_TOO_PRECISE';
  return size === outOfRange ? 'NUMBER_OUT_OF_RANGE' : 'NOT_A_NUMBER';
}

/**
 * Returns the canonical text of a number. Two numbers have the same canonical text if and only if DynamoDB treats them
 * as equal: `1`, `1.0`, `1e0`, `01` and `+1` all become `1`, and `-0` becomes `0`. Integers up to 38 digits stay as they
 * are. Other numbers become their digits without zeros at either end, then the exponent of the last digit: `1.50` becomes
 * `15E-1`.
 *
 * @param bytes text that `getNumberSize` accepts
 */
export function toCanonicalNumber(bytes: Buffer, start: number, end: number): string {
  if (isPlainInteger(bytes, start, end)) return bytes.toString('latin1', start, end);

  let digits = '';
  let trailingZeros = 0;
  let fraction = 0;
  let inFraction = false;
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === point) inFraction = true;
    else if (byte >= zero && byte <= zero + 9) {
      if (inFraction) fraction++;
      if (byte !== zero) {
        digits += '0'.repeat(trailingZeros) + String.fromCharCode(byte);
        trailingZeros = 0;
      } else if (digits !== '') trailingZeros++;
    } else if (at > start) break;
  }
  if (digits === '') return '0';

  const sign = bytes[start] === minus ? '-' : '';
  const exponent = (at < end ? parseExponent(bytes, at, end) : 0) - fraction + trailingZeros;
  if (exponent >= 0 && digits.length + exponent <= maxNumberDigits) return sign + digits + '0'.repeat(exponent);
  return `${sign}${digits}E${exponent}`;
}

/** Returns whether the text is canonical already: `0`, or up to 38 digits without a leading zero. */
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

/** Parses `[eE][+-]?digits` up to `end`, clamped to ±`maxExponentMagnitude`; NaN for anything else. */
function parseExponent(bytes: Uint8Array, start: number, end: number): number {
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
    if (value < maxExponentMagnitude) value = value * 10 + (byte - zero);
  }
  return sign === minus ? -value : value;
}
