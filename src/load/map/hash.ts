import { randomInt } from 'node:crypto';

/** Another one in every process: that makes it hard to make a file whose keys have one hash. */
const seed = randomInt(2 ** 32) | 0;

/** FNV's prime for 32 bits. */
const prime = 0x01000193;

/** A hash of 32 bits of the bytes of a key: FNV-1a, then the last mixing of MurmurHash3, so that the low bits tell keys apart. */
export function hashKey(bytes: Uint8Array, start: number, end: number): number {
  let hash = seed;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), prime);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
