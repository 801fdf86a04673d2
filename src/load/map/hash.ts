import { randomInt } from 'node:crypto';

/** Different in every process, to make it hard to craft a file whose keys all have the same hash. */
const seed = randomInt(2 ** 32) | 0;

/** The 32-bit FNV prime. */
const prime = 0x01000193;

/** Returns a 32-bit hash of a key: FNV-1a, then the finalizer of MurmurHash3, which spreads keys over the low bits. */
export function hashKey(bytes: Uint8Array, start: number, end: number): number {
  let hash = seed;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), prime);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
