import type { Buffer } from 'node:buffer';
import { cr, lf } from '../bytes.ts';

/** Where the line end of a record begins that ends at `end`; `end` where it has none, as the last of an input may. */
export function startOfLineEnd(bytes: Buffer, start: number, end: number): number {
  const last = bytes[end - 1];
  if (last === lf) return end - 2 >= start && bytes[end - 2] === cr ? end - 2 : end - 1;
  return last === cr ? end - 1 : end;
}

/** How many lines end in `bytes[from, to)`: by LF, CRLF or a lone CR. */
export function countLineEnds(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte === cr || (byte === lf && (i === from || bytes[i - 1] !== cr))) count++;
  }
  return count;
}
