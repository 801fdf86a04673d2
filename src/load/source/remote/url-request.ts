import { request, type Dispatcher } from 'undici';
import { basicAuthorization, percentDecode } from '../../../aws/net/basic-auth.ts';
import { isCertificateError, untrustedCertificateError } from '../../../aws/net/certificates.ts';
import { isProxyRefusal, ProxyError } from '../../../aws/net/errors.ts';
import { LoaderError } from '../../../errors.ts';
import { hideUrlSecrets } from '../../../text/hide-url-secrets.ts';
import { createReadError } from '../errors.ts';
import { describeNetworkError, TransientError } from './object-errors.ts';
import { getHeader } from './response-headers.ts';
import type { RetrySettings } from './retry-policy.ts';
import { toSafeBaseName } from './safe-base-name.ts';
import { invalidUrlError, redirectError } from './url-errors.ts';

const maxRedirects = 10;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Bytes of an unused body to read so that its connection can be reused. A longer body is aborted. */
const maxDiscardedBytes = 64 * 1024;

/** A URL from the user. */
export interface UrlTarget {
  /** Shown in messages, without secrets. */
  readonly name: string;
  readonly baseName: string;
  /** Without user, password and fragment. */
  readonly url: URL;
  /** Authorization header for the user and password in the URL. Sent to the same origin only. */
  readonly authorization: string | undefined;
}

/** @throws LoaderError USAGE if the URL is invalid. */
export function parseTarget(text: string): UrlTarget {
  const name = hideUrlSecrets(text);
  if (!URL.canParse(text)) throw invalidUrlError(name);
  const url = new URL(text);
  const authorization = basicAuthorization(url);
  url.username = url.password = url.hash = '';
  return {
    name,
    baseName: toSafeBaseName(url.pathname.split('/').map(percentDecode).join('/'), url.hostname),
    url,
    authorization,
  };
}

/** A URL, and how to request it. */
export interface UrlClient {
  readonly target: UrlTarget;
  readonly dispatcher: Dispatcher;
  readonly retrySettings: RetrySettings;
}

/**
 * Sends a GET to the target and follows redirects. Starts at the original URL each time, because redirects may be
 * valid only for a moment.
 * @returns The first response that is not a redirect.
 * @throws LoaderError SOURCE_UNREADABLE, ENDPOINT_UNREACHABLE (a proxy refused); TransientError if the network
 * failed.
 */
export async function get(
  { target, dispatcher, retrySettings }: UrlClient,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { name, url, authorization } = target;
  let at = url;
  for (let redirectCount = 0; ; redirectCount++) {
    const isSameOrigin = at.origin === url.origin;
    const response = await send(name, at, {
      dispatcher,
      method: 'GET',
      headers: {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'csv2ddb',
        ...headers,
        ...(isSameOrigin && authorization !== undefined && { authorization }),
      },
      headersTimeout: retrySettings.idleTimeoutMs,
      bodyTimeout: retrySettings.idleTimeoutMs,
      ...(signal !== undefined && { signal }),
    });
    if (!redirectStatuses.has(response.statusCode)) return response;
    discard(response);
    if (redirectCount === maxRedirects) throw redirectError(name, `it redirects more than ${maxRedirects} times`);
    at = resolveRedirect(name, at, getHeader(response.headers, 'location'));
  }
}

type RequestOptions = Omit<Dispatcher.RequestOptions, 'origin' | 'path'> & { readonly dispatcher: Dispatcher };

async function send(name: string, url: URL, options: RequestOptions): Promise<Dispatcher.ResponseData> {
  try {
    return await request(url, options);
  } catch (error) {
    if (error instanceof LoaderError) throw error;
    if (error instanceof ProxyError) {
      if (isProxyRefusal(error.code)) throw error.loaderError;
      throw new TransientError(error.message, { hint: error.loaderError.hint });
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (isCertificateError(code)) {
      const { message, hint } = untrustedCertificateError(url.host, code);
      throw createReadError(name, message, { hint });
    }
    // An invalid argument is a bug in csv2ddb.
    if (code === 'UND_ERR_INVALID_ARG' || code === '') throw error;
    throw new TransientError(describeNetworkError(error));
  }
}

function resolveRedirect(name: string, from: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw redirectError(name, 'it redirects to an invalid URL');
  }
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && to.protocol !== 'http:') {
    throw redirectError(name, `it redirects to an unsupported URL, ${to.protocol}`);
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw redirectError(name, `it redirects from https to http on ${to.host}, which is not secure`);
  }
  to.username = to.password = to.hash = '';
  return to;
}

/** Ends a response whose body is not used. */
export function discard({ body }: Dispatcher.ResponseData): void {
  body.dump({ limit: maxDiscardedBytes }).catch(() => undefined);
}
