import { LoaderError } from '../../../errors.ts';
import { cannotRead } from '../errors.ts';
import { TransientError } from './object-errors.ts';
import { retryAfterMs, type Headers } from './url-answer.ts';

/** These say that another try may help. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Reason and hint of other statuses. */
const refusals: Readonly<Record<number, readonly [why: string, hint: string]>> = {
  401: [
    'the server does not know who asks',
    'Put user and password into the URL, as in https://USER:PASSWORD@HOST/PATH, or use a presigned URL.',
  ],
  403: ['the server does not allow it', 'A presigned URL may have expired: make a new one.'],
  404: ['there is no such file', 'Check the URL.'],
  407: [
    'a proxy does not know who asks',
    'Put user and password into the URL of the proxy, in HTTP_PROXY or HTTPS_PROXY.',
  ],
  410: ['there is no such file', 'Check the URL.'],
};

/** What an answer without the bytes asked for means. */
export function refusal(name: string, status: number, headers: Headers, hasPassword: boolean): Error {
  if (passing.has(status)) {
    return new TransientError(`the server answers HTTP ${status}`, {
      isAnswer: true,
      retryAfterMs: retryAfterMs(headers, Date.now()),
    });
  }
  const known = refusals[status];
  if (known === undefined) {
    return cannotRead(name, `the server answers HTTP ${status}`, {
      hint: 'Check the URL: asked for with GET it should answer 200; a presigned one may have expired.',
    });
  }
  const [why, hint] = known;
  const isWrongPassword = status === 401 && hasPassword;
  return cannotRead(name, `${why} (HTTP ${status})`, {
    hint: isWrongPassword ? 'Check the user and the password in the URL.' : hint,
  });
}

/** @param encoding of the answer, as `contentEncoding` gives it. */
export function assertReadable(name: string, encoding: string): void {
  // What these packed is unpacked, as the bytes of a packed file are.
  if (['', 'gzip', 'x-gzip', 'zstd'].includes(encoding)) return;
  throw cannotRead(name, `the server sends it packed (Content-Encoding: ${encoding.slice(0, 50)})`, {
    hint: 'Save it to a file and load that.',
  });
}

export function redirectedAmiss(name: string, why: string): LoaderError {
  return cannotRead(name, why, { hint: 'Give the URL that the redirects end at.' });
}

export function malformedUrl(name: string): LoaderError {
  return new LoaderError('USAGE', `${name} is not a valid URL`, {
    place: { source: name },
    hint: 'Write it as https://HOST/PATH, with %XX in place of what URLs may not have.',
  });
}
