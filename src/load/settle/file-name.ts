import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** Maximum length of a base name, in bytes. Most file systems allow 255, and csv2ddb appends up to 60. */
const maxNameBytes = 180;

/** Returns the base name of checkpoint and reject files: the name of the source, shortened if it is too long. */
export function getBaseFileName(baseName: string): string {
  const name = basename(baseName);
  if (Buffer.byteLength(name) <= maxNameBytes) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  // Encodes only whole characters.
  const { read } = new TextEncoder().encodeInto(name, new Uint8Array(maxNameBytes - hash.length - 1));
  return `${name.slice(0, read)}-${hash}`;
}
