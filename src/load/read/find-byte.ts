import type { Buffer } from 'node:buffer';
import { noByte } from './bytes.ts';

/** Bytes that are searched four at a time. Only for a byte that is farther away, a call of `indexOf` is faster. */
const nearBytes = 32;

/**
 * Returns the position of the first `byte` at or after `from`, or the length of the chunk.
 * @param view The bytes of the chunk.
 * @param byte An ASCII character, or `noByte`.
 */
export function findByte(chunk: Buffer, view: DataView, byte: number, from: number): number {
  const { length } = chunk;
  if (byte === noByte) return length;
  const nearEnd = Math.min(from + nearBytes, length - 3);
  let at = from;
  for (; at < nearEnd; at += 4) {
    // A byte that is found becomes zero. The lowest bit of `zeros` is the high bit of the first zero.
    const word = view.getInt32(at, true) ^ (byte * 0x01010101);
    const zeros = (word - 0x01010101) & ~word & 0x80808080;
    if (zeros !== 0) return at + ((31 - Math.clz32(zeros & -zeros)) >> 3);
  }
  const found = chunk.indexOf(byte, at);
  return found === -1 ? length : found;
}
