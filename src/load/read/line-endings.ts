import type { Buffer } from 'node:buffer';
import { cr, lf } from './bytes.ts';

/** Whether no LF follows the CR at `at`. A CR at `limit` may be half of a CRLF, unless the input ends there. */
export function isLoneCr(bytes: Buffer, at: number, limit: number, isEnd: boolean): boolean {
  return at + 1 < limit ? bytes[at + 1] !== lf : isEnd;
}

/** Returns the start of the line ending of the record that ends at `end`, or `end` if it has none. */
export function findLineEnding(bytes: Buffer, start: number, end: number): number {
  const last = bytes[end - 1];
  if (last === lf) return end - 2 >= start && bytes[end - 2] === cr ? end - 2 : end - 1;
  return last === cr ? end - 1 : end;
}

/** Counts the line endings in `bytes[from, to)`: LF, CRLF and lone CR. */
export function countLineEndings(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte === cr || (byte === lf && (i === from || bytes[i - 1] !== cr))) count++;
  }
  return count;
}
