import { Buffer } from 'node:buffer';
import type { Dialect } from './record.ts';

/** What a dialect marks fields and comments with, as bytes of UTF-8. */
export interface Marks {
  readonly delimiter: Buffer;
  /** Undefined where nothing is quoted. */
  readonly quote: Buffer | undefined;
  /** The same as `quote` if a quote is doubled. */
  readonly escape: Buffer | undefined;
  readonly comment: Buffer | undefined;
  readonly trim: boolean;
}

export function marksOf({ delimiter, quote, escape, comment, trim }: Dialect): Marks {
  const quoteBytes = bytesOf(quote);
  const isDoubled = quote === undefined || escape === undefined || escape === quote;
  return {
    delimiter: Buffer.from(delimiter),
    quote: quoteBytes,
    escape: isDoubled ? quoteBytes : bytesOf(escape),
    comment: bytesOf(comment),
    trim,
  };
}

function bytesOf(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

/** Whether `mark`, which is not empty, stands at `at` and ends at `limit` at the latest. */
export function isAt(mark: Buffer, bytes: Buffer, at: number, limit: number): boolean {
  if (bytes[at] !== mark[0] || at + mark.length > limit) return false;
  for (let i = 1; i < mark.length; i++) if (bytes[at + i] !== mark[i]) return false;
  return true;
}

/** Whether all there is from `at` to `limit`, one byte at least, is the beginning of `mark`, but not all of it. */
export function mayBeAt(mark: Buffer, bytes: Buffer, at: number, limit: number): boolean {
  if (bytes[at] !== mark[0] || at + mark.length <= limit) return false;
  for (let i = 1; at + i < limit; i++) if (bytes[at + i] !== mark[i]) return false;
  return true;
}
