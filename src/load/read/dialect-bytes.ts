import { Buffer } from 'node:buffer';
import type { Dialect } from './record.ts';
import type { TextFormat } from './text-formats.ts';

/** The delimiter, quote, escape and comment of a dialect, encoded as UTF-8. */
export interface DialectBytes {
  readonly delimiter: Buffer;
  /** Undefined if fields are never quoted. */
  readonly quote: Buffer | undefined;
  /** The same buffer as `quote` if quotes are doubled. */
  readonly escape: Buffer | undefined;
  readonly comment: Buffer | undefined;
  readonly trim: boolean;
  readonly multiline: boolean;
  readonly strayQuotesAreText: boolean;
  readonly unescape: TextFormat | undefined;
  /** MySQL does not escape a CR: one without LF ends no line. */
  readonly loneCrIsText: boolean;
}

export function encodeDialect(dialect: Dialect): DialectBytes {
  const { delimiter, quote, escape, comment, trim, multiline, strayQuotes, unescape } = dialect;
  const quoteBytes = encode(quote);
  const isDoubled = quote === undefined || escape === undefined || escape === quote;
  return {
    delimiter: Buffer.from(delimiter),
    quote: quoteBytes,
    escape: isDoubled ? quoteBytes : encode(escape),
    comment: encode(comment),
    trim,
    multiline,
    strayQuotesAreText: strayQuotes === 'text',
    unescape,
    loneCrIsText: unescape === 'mysql',
  };
}

function encode(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

/** Whether the non-empty `token` starts at `at` and ends at or before `limit`. */
export function startsAt(token: Buffer, bytes: Buffer, at: number, limit: number): boolean {
  if (bytes[at] !== token[0] || at + token.length > limit) return false;
  for (let i = 1; i < token.length; i++) if (bytes[at + i] !== token[i]) return false;
  return true;
}

/** Whether the escape at `at` applies: a quote or an escape follows. A doubled quote is an escape before a quote. */
export function isEscape(bytes: Buffer, at: number, to: number, { quote, escape }: DialectBytes): boolean {
  if (quote === undefined || escape === undefined || !startsAt(escape, bytes, at, to)) return false;
  const next = at + escape.length;
  return startsAt(quote, bytes, next, to) || (escape !== quote && startsAt(escape, bytes, next, to));
}

/** Whether `bytes[at, limit)` is a proper prefix of `token`, so that more bytes are needed to decide. */
export function mayStartAt(token: Buffer, bytes: Buffer, at: number, limit: number): boolean {
  if (bytes[at] !== token[0] || at + token.length <= limit) return false;
  for (let i = 1; at + i < limit; i++) if (bytes[at + i] !== token[i]) return false;
  return true;
}
