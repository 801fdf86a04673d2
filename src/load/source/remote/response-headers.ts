import { maxRetryAfterMs } from './retry-policy.ts';

/** Headers of a response, with lower-case names. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface ContentRange {
  /** First and last byte, from 0. */
  readonly first: number;
  readonly last: number;
  /** Size of the whole object; undefined if the server does not report it. */
  readonly total: number | undefined;
}

/** Returns a header. Several headers with this name are joined (RFC 9110, 5.3). */
export function getHeader(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'object' ? value.join(', ') : value;
}

/**
 * Returns the strong ETag, which identifies exactly these bytes (RFC 9110, 8.8.3). Undefined if it is weak or
 * missing.
 */
export function getStrongEtag(headers: Headers): string | undefined {
  const etag = getHeader(headers, 'etag');
  return etag !== undefined && /^"[\x21\x23-\x7e]*"$/.test(etag) ? etag : undefined;
}

/** Returns the Content-Range of a single range (RFC 9110, 14.4). Undefined if it is missing or invalid. */
export function getContentRange(headers: Headers): ContentRange | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(getHeader(headers, 'content-range')?.trim() ?? '');
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  const total = match[3] === '*' ? undefined : Number(match[3]);
  return first <= last && (total === undefined || last < total) ? { first, last, total } : undefined;
}

/** Returns the bytes of the body. Undefined if its end is marked by chunks or by the end of the connection. */
export function getContentLength(headers: Headers): number | undefined {
  const text = getHeader(headers, 'content-length');
  if (text === undefined || getHeader(headers, 'transfer-encoding') !== undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Returns how the server encoded the body although the request asked for no encoding. Empty if it did not. */
export function getContentEncoding(headers: Headers): string {
  const encodings = (getHeader(headers, 'content-encoding') ?? '')
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim());
  // aws-chunked is how the object was uploaded. S3 repeats it in responses.
  return encodings.filter((encoding) => !['', 'identity', 'aws-chunked'].includes(encoding)).join(', ');
}

/** Returns the milliseconds that the server asks to wait, at most 60 seconds; 0 if it asks for nothing. */
export function getRetryAfterMs(headers: Headers, nowMs: number): number {
  const text = getHeader(headers, 'retry-after')?.trim() ?? '';
  // A valid date starts with a weekday. Date.parse would guess other formats.
  const date = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : NaN;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : date - nowMs;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), maxRetryAfterMs);
}
