import { Buffer } from 'node:buffer';
import { cr, lf } from './bytes.ts';
import { isAt } from './marks.ts';

// White space is what `String.prototype.trim` takes away, as in csv-parse, without the line ends, which end a record
// before anybody asks. Of one byte: tab, vertical tab, form feed and space.
const tab = 0x09;
const space = 0x20;
const wide = Array.from('\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a').concat(
  Array.from('\u2028\u2029\u202f\u205f\u3000\ufeff'),
);
const wideMarks = wide.map((character) => Buffer.from(character));
/** The first bytes of the wide ones; many letters begin with them too. */
const wideFirst = new Set(wideMarks.map((mark) => mark[0]));

/** How many bytes the white-space character at `at` has; 0 where there is none that ends at `limit` at the latest. */
export function whiteSpaceAt(bytes: Buffer, at: number, limit: number): number {
  if (at >= limit) return 0;
  const byte = bytes[at] ?? 0;
  if (byte <= space) return byte === space || (byte >= tab && byte < cr && byte !== lf) ? 1 : 0;
  if (!wideFirst.has(byte)) return 0;
  return wideMarks.find((mark) => isAt(mark, bytes, at, limit))?.length ?? 0;
}

/** Where the white space that ends at `to` begins; `from` at the lowest. */
export function startOfWhiteSpace(bytes: Buffer, from: number, to: number): number {
  let at = to;
  for (;;) {
    // The characters have one, two or three bytes.
    let length = 1;
    while (length <= 3 && (at - length < from || whiteSpaceAt(bytes, at - length, at) !== length)) length++;
    if (length > 3) return at;
    at -= length;
  }
}
