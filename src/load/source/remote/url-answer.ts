import { longestRetryAfterMs } from './retry-policy.ts';

/** Headers of an answer, names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface ContentRange {
  /** First and last byte, counted from 0. */
  readonly first: number;
  readonly last: number;
  /** Size of the whole; undefined where the server does not say. */
  readonly total: number | undefined;
}

/** The header, several of that name as one (RFC 9110, 5.3). */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'object' ? value.join(', ') : value;
}

/** An entity tag that stands for exactly these bytes (RFC 9110, 8.8.3); undefined where it is weak, or none. */
export function strongEtag(headers: Headers): string | undefined {
  const etag = header(headers, 'etag');
  return etag !== undefined && /^"[\x21\x23-\x7e]*"$/.test(etag) ? etag : undefined;
}

/** Of a single range (RFC 9110, 14.4); undefined where there is none, or it makes no sense. */
export function contentRange(headers: Headers): ContentRange | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(header(headers, 'content-range')?.trim() ?? '');
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  const total = match[3] === '*' ? undefined : Number(match[3]);
  return first <= last && (total === undefined || last < total) ? { first, last, total } : undefined;
}

/** Bytes of the body; undefined where it ends as its chunks say, or with the connection. */
export function contentLength(headers: Headers): number | undefined {
  const text = header(headers, 'content-length');
  if (text === undefined || header(headers, 'transfer-encoding') !== undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** As what the server packed the body, in spite of being asked not to; empty where it did not. */
export function contentEncoding(headers: Headers): string {
  const encodings = (header(headers, 'content-encoding') ?? '')
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim());
  // aws-chunked: how it was uploaded, which S3 repeats when it hands it out
  return encodings.filter((encoding) => !['', 'identity', 'aws-chunked'].includes(encoding)).join(', ');
}

/** Milliseconds that the server asks to wait, 60 seconds at most; 0 where it asks for nothing. */
export function retryAfterMs(headers: Headers, nowMs: number): number {
  const text = header(headers, 'retry-after')?.trim() ?? '';
  // A date begins with a weekday; what else there is, Date.parse would guess at.
  const date = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : NaN;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : date - nowMs;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}
