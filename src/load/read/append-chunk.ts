import { Buffer } from 'node:buffer';

/**
 * What is left of earlier chunks, `bytes[from, to)`, at the front, and the next chunk behind it, in one piece: in the same
 * memory where there is room, else in memory at least twice as large, so that a record far longer than the chunks is not
 * copied again for each of them.
 */
export function withChunk(bytes: Buffer, from: number, to: number, chunk: Buffer): Buffer {
  const left = to - from;
  const needed = left + chunk.length;
  const memory = needed > bytes.length ? Buffer.allocUnsafe(Math.max(needed, 2 * bytes.length)) : bytes;
  if (from > 0 || memory !== bytes) bytes.copy(memory, 0, from, to);
  chunk.copy(memory, left);
  return memory;
}
