import { LoaderError } from '../../../errors.ts';
import { cannotRead, TransientError } from './object-errors.ts';
import { retryAfterMs, type Headers } from './url-answer.ts';

/** These say that another try may help. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What an answer without the bytes asked for means. */
export function refusal(name: string, status: number, headers: Headers, hasPassword: boolean): Error {
  if (passing.has(status)) {
    return new TransientError(`the server answers HTTP ${status}`, {
      isAnswer: true,
      retryAfterMs: retryAfterMs(headers, Date.now()),
    });
  }
  switch (status) {
    case 401:
      return cannotRead(name, 'the server does not know who asks (HTTP 401)', {
        hint: hasPassword
          ? 'Check the user and the password in the URL.'
          : 'Put user and password into the URL, as in https://USER:PASSWORD@HOST/PATH, or use a presigned URL.',
      });
    case 403:
      return cannotRead(name, 'the server does not allow it (HTTP 403)', {
        hint: 'A presigned URL may have expired: make a new one.',
      });
    case 404:
    case 410:
      return cannotRead(name, `there is no such file (HTTP ${status})`, { hint: 'Check the URL.' });
    case 407:
      return cannotRead(name, 'a proxy does not know who asks (HTTP 407)', {
        hint: 'Put user and password into the URL of the proxy, in HTTP_PROXY or HTTPS_PROXY.',
      });
    default:
      return cannotRead(name, `the server answers HTTP ${status}`, {
        hint: 'Check the URL: asked for with GET it should answer 200; a presigned one may have expired.',
      });
  }
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
