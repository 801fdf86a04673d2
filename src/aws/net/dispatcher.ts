import { Agent, Headers, Pool, type Dispatcher, type HeadersInit } from 'undici';
import { routeTo, type Route } from './route.ts';
import { awsTrust } from './trust.ts';

/** Milliseconds until a connection stands, and until a proxy has opened a tunnel. */
const connectTimeoutMs = 10_000;

/**
 * What http and https sources are fetched with: through the proxies of the environment, trusting the built-in
 * authorities and those in NODE_EXTRA_CA_CERTS and AWS_CA_BUNDLE. Connections are kept alive; redirects are not followed. A proxy that
 * fails gives a `ProxyError`; one that forwards an http request may also answer in the place of the host, with a status.
 * @throws LoaderError USAGE where AWS_CA_BUNDLE cannot be used; requests fail so where a proxy is malformed.
 */
export function makeDispatcher(env: NodeJS.ProcessEnv): Dispatcher {
  const options = { env, timeoutMs: connectTimeoutMs, secureContext: awsTrust(env, 'web') };
  return new Agent({
    factory: (origin) => {
      const route = routeTo(new URL(origin), options);
      const pool = new Pool(route.origin, { connect: route.connect });
      return route.isForwarded ? pool.compose(forwarded(route)) : pool;
    },
  });
}

/** Names the host in the request line and for the proxy who asks. */
function forwarded({ pathPrefix, headers }: Route): Dispatcher.DispatcherComposeInterceptor {
  const { host } = new URL(pathPrefix);
  return (dispatch) => (options, handler) => {
    const given = namesAndValues(options.headers);
    const named = given.some((text, i) => i % 2 === 0 && text.toLowerCase() === 'host');
    const all = [...given, ...(named ? [] : ['host', host]), ...headers];
    return dispatch({ ...options, path: `${pathPrefix}${options.path}`, headers: all }, handler);
  };
}

/** Names and values by turns; undici takes them as an object or as pairs, too. */
function namesAndValues(headers: Dispatcher.DispatchOptions['headers']): string[] {
  return Array.isArray(headers) ? headers : [...new Headers(headers as HeadersInit)].flat();
}
