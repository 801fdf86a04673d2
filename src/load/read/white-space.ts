import { Buffer } from 'node:buffer';
import { cr, lf } from './bytes.ts';
import { mayStartAt, startsAt } from './dialect-bytes.ts';

// White space is what `String.prototype.trim` removes, as in csv-parse, except line endings: those end a record first.
// The one-byte characters are tab, vertical tab, form feed and space.
const tab = 0x09;
const space = 0x20;
const wide = Array.from('\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a').concat(
  Array.from('\u2028\u2029\u202f\u205f\u3000\ufeff'),
);
const wideTokens = wide.map((character) => Buffer.from(character));
/** First bytes of the wide characters. Many letters start with them too. */
const wideFirstBytes = new Set(wideTokens.map((token) => token[0]));

/** Returns the bytes of the white-space character at `at`, or 0 if no such character ends at or before `limit`. */
export function measureWhiteSpace(bytes: Buffer, at: number, limit: number): number {
  if (at >= limit) return 0;
  const byte = bytes[at] ?? 0;
  if (byte <= space) return byte === space || (byte >= tab && byte < cr && byte !== lf) ? 1 : 0;
  if (byte < 0x80 || !wideFirstBytes.has(byte)) return 0;
  return wideTokens.find((token) => startsAt(token, bytes, at, limit))?.length ?? 0;
}

/** Whether `bytes[at, limit)` may be the start of a white-space character, so that more bytes are needed to decide. */
export function mayBeWhiteSpace(bytes: Buffer, at: number, limit: number): boolean {
  return wideTokens.some((token) => mayStartAt(token, bytes, at, limit));
}

/** Returns the end of `bytes[from, to)` without its trailing white space. */
export function trimEnd(bytes: Buffer, from: number, to: number): number {
  let at = to;
  for (;;) {
    // All white space but the one-byte characters ends with a byte from 0x80.
    const last = bytes[at - 1] ?? 0;
    if (last > space && last < 0x80) return at;
    // A white-space character has one, two or three bytes.
    let length = 1;
    while (length <= 3 && (at - length < from || measureWhiteSpace(bytes, at - length, at) !== length)) length++;
    if (length > 3) return at;
    at -= length;
  }
}
