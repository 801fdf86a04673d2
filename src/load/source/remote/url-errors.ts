import { LoaderError } from '../../../errors.ts';
import { createReadError } from '../errors.ts';
import { TransientError } from './object-errors.ts';
import { getRetryAfterMs, type Headers } from './response-headers.ts';

/** Statuses for which a retry may help. */
const transient: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Reasons and hints for other statuses. */
const reasons: Readonly<Record<number, readonly [why: string, hint: string]>> = {
  401: [
    'the server requires authentication',
    'Put the user and password in the URL (https://USER:PASSWORD@HOST/PATH), or use a presigned URL.',
  ],
  403: ['the server denied access', 'Check the permissions, or create a new presigned URL if this one has expired.'],
  404: ['the file does not exist', 'Check the URL.'],
  407: [
    'the proxy requires authentication',
    'Put the user and password in the proxy URL, in HTTP_PROXY or HTTPS_PROXY.',
  ],
  410: ['the file no longer exists', 'Check the URL.'],
};

/** Creates the error for a response without the requested bytes. */
export function statusError(name: string, status: number, headers: Headers, hasPassword: boolean): Error {
  if (transient.has(status)) {
    return new TransientError(`the server returned HTTP ${status}`, {
      isResponse: true,
      retryAfterMs: getRetryAfterMs(headers, Date.now()),
    });
  }
  const known = reasons[status];
  if (known === undefined) {
    return createReadError(name, `the server returned HTTP ${status}`, {
      hint: 'Check that the URL returns HTTP 200. A presigned URL may have expired.',
    });
  }
  const [why, hint] = known;
  const isWrongPassword = status === 401 && hasPassword;
  return createReadError(name, `${why} (HTTP ${status})`, {
    hint: isWrongPassword ? 'Check the user and password in the URL.' : hint,
  });
}

/** @param encoding The result of `getContentEncoding`. */
export function assertSupportedEncoding(name: string, encoding: string): void {
  // These are decompressed later, like a compressed file.
  if (['', 'gzip', 'x-gzip', 'zstd'].includes(encoding)) return;
  throw createReadError(name, `the Content-Encoding ${encoding.slice(0, 50)} is not supported`, {
    hint: 'Download the file and load it from disk.',
  });
}

export function redirectError(name: string, why: string): LoaderError {
  return createReadError(name, why, { hint: 'Use the URL at the end of the redirects.' });
}

export function invalidUrlError(name: string): LoaderError {
  return new LoaderError('USAGE', `${name} is not a valid URL`, {
    place: { source: name },
    hint: 'Write it as https://HOST/PATH, with special characters percent-encoded.',
  });
}
