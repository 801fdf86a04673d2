import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** Longest name that the names of our files are made from, in bytes: most file systems take 255, and what we add has up to 60. */
const longestBytes = 180;

/** What the names of checkpoint and reject file begin with: the source's own, shortened where nothing could be added to it. */
export function fileNameOf(baseName: string): string {
  const name = basename(baseName);
  if (Buffer.byteLength(name) <= longestBytes) return name;
  const told = createHash('sha256').update(name).digest('hex').slice(0, 8);
  // Writes whole characters only.
  const { read } = new TextEncoder().encodeInto(name, new Uint8Array(longestBytes - told.length - 1));
  return `${name.slice(0, read)}-${told}`;
}
