import { Buffer } from 'node:buffer';
import type { Dialect } from './record.ts';

/** The delimiter, quote, escape and comment of a dialect, encoded as UTF-8. */
export interface DialectBytes {
  readonly delimiter: Buffer;
  /** Undefined if fields are never quoted. */
  readonly quote: Buffer | undefined;
  /** The same buffer as `quote` if quotes are doubled. */
  readonly escape: Buffer | undefined;
  readonly comment: Buffer | undefined;
  readonly trim: boolean;
}

export function encodeDialect({ delimiter, quote, escape, comment, trim }: Dialect): DialectBytes {
  const quoteBytes = encode(quote);
  const isDoubled = quote === undefined || escape === undefined || escape === quote;
  return {
    delimiter: Buffer.from(delimiter),
    quote: quoteBytes,
    escape: isDoubled ? quoteBytes : encode(escape),
    comment: encode(comment),
    trim,
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

/** Whether `bytes[at, limit)` is a proper prefix of `token`, so that more bytes are needed to decide. */
export function mayStartAt(token: Buffer, bytes: Buffer, at: number, limit: number): boolean {
  if (bytes[at] !== token[0] || at + token.length <= limit) return false;
  for (let i = 1; at + i < limit; i++) if (bytes[at + i] !== token[i]) return false;
  return true;
}
