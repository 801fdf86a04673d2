/** Bytes that end a line, alone or as CRLF. */
export const lf = 0x0a;
export const cr = 0x0d;

/** A value that no byte has: where nothing is quoted, the quote. */
export const noByte = -1;
