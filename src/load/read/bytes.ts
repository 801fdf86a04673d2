import { Buffer } from 'node:buffer';

/** Bytes that end a line, alone or as CRLF. */
export const lf = 0x0a;
export const cr = 0x0d;

/** Starts a sequence in the text formats of databases. */
export const backslash = 0x5c;

/** A value that no byte has: the quote if fields are never quoted. */
export const noByte = -1;

/** U+FEFF in UTF-8. A source may start with it. */
export const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
