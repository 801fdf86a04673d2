import { request, type Dispatcher } from 'undici';
import { isCertificateError, untrustedEndpoint } from '../../../aws/net/certificates.ts';
import { LoaderError } from '../../../errors.ts';
import { basicOf, percentDecoded } from '../../../aws/net/basic.ts';
import { isRefusal, ProxyError } from '../../../aws/net/errors.ts';
import { publicText } from '../../../text/public-text.ts';
import { cannotRead } from '../errors.ts';
import { TransientError, wordsOf } from './object-errors.ts';
import { baseNameOf } from './object-name.ts';
import { header } from './url-answer.ts';
import { malformedUrl, redirectedAmiss } from './url-errors.ts';

/** Redirects followed in a row at most. */
const mostRedirects = 10;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Bytes of an unwanted body that are read so that its connection can be used again; a longer one is broken off. */
const discardedBytes = 64 * 1024;

/** What a URL of the user's says. */
export interface Target {
  /** As it may be shown. */
  readonly name: string;
  readonly baseName: string;
  /** Without user, password and fragment. */
  readonly url: URL;
  /** Of the user and password in it, for its own origin alone. */
  readonly authorization: string | undefined;
}

/** @throws LoaderError USAGE */
export function parseTarget(text: string): Target {
  const name = publicText(text);
  if (!URL.canParse(text)) throw malformedUrl(name);
  const url = new URL(text);
  const authorization = basicOf(url);
  url.username = url.password = url.hash = '';
  return {
    name,
    baseName: baseNameOf(url.pathname.split('/').map(percentDecoded).join('/'), url.hostname),
    url,
    authorization,
  };
}

/** How a URL is asked for. */
export interface GetOptions {
  readonly dispatcher: Dispatcher;
  /** Milliseconds without anything from the server after which it counts as gone. */
  readonly idleMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A GET of the target, from its own URL on each time: where redirects lead may be good for a moment only.
 * @returns the first answer that is no redirect
 * @throws LoaderError SOURCE_UNREADABLE, ENDPOINT_UNREACHABLE (a proxy refuses); TransientError where the network failed
 */
export async function get(
  { name, url, authorization }: Target,
  headers: Readonly<Record<string, string>>,
  { dispatcher, idleMs, signal }: GetOptions,
): Promise<Dispatcher.ResponseData> {
  let at = url;
  for (let followed = 0; ; followed++) {
    const isHome = at.origin === url.origin;
    const answer = await ask(name, at, {
      dispatcher,
      method: 'GET',
      headers: {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'csv2ddb',
        ...headers,
        ...(isHome && authorization !== undefined && { authorization }),
      },
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
      ...(signal !== undefined && { signal }),
    });
    if (!redirects.has(answer.statusCode)) return answer;
    discard(answer);
    if (followed === mostRedirects) throw redirectedAmiss(name, `it is redirected more than ${mostRedirects} times`);
    at = redirected(name, at, header(answer.headers, 'location'));
  }
}

type RequestOptions = Omit<Dispatcher.RequestOptions, 'origin' | 'path'> & { readonly dispatcher: Dispatcher };

async function ask(name: string, url: URL, options: RequestOptions): Promise<Dispatcher.ResponseData> {
  try {
    return await request(url, options);
  } catch (error) {
    if (error instanceof LoaderError) throw error;
    if (error instanceof ProxyError) {
      if (isRefusal(error.code)) throw error.problem;
      throw new TransientError(error.message, { hint: error.problem.hint });
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (isCertificateError(code)) {
      const { message, hint } = untrustedEndpoint(url.host, code);
      throw cannotRead(name, message, { hint });
    }
    // What undici was given wrong is a bug of ours.
    if (code === 'UND_ERR_INVALID_ARG' || code === '') throw error;
    throw new TransientError(wordsOf(error));
  }
}

function redirected(name: string, from: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw redirectedAmiss(name, 'it is redirected to no valid URL');
  }
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && to.protocol !== 'http:') {
    throw redirectedAmiss(name, `it is redirected to a URL that begins with ${to.protocol}`);
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw redirectedAmiss(
      name,
      `it is redirected from https to http, to ${to.host}, where others can read and change it`,
    );
  }
  to.username = to.password = to.hash = '';
  return to;
}

/** Ends an answer whose body nobody wants. */
export function discard({ body }: Dispatcher.ResponseData): void {
  body.dump({ limit: discardedBytes }).catch(() => undefined);
}
