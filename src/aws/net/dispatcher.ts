import { Agent, Pool, type Dispatcher } from 'undici';
import { routeTo, type Route } from './route.ts';
import { webTrust } from './trust.ts';

/** Milliseconds until a connection stands, and until a proxy has opened a tunnel. */
const connectTimeoutMs = 10_000;

/**
 * What http and https sources are fetched with: through the proxies of the environment, trusting the built-in
 * authorities and those in NODE_EXTRA_CA_CERTS and AWS_CA_BUNDLE. Connections are kept alive; redirects are not followed. A proxy that
 * fails gives a `ProxyError`; one that forwards an http request may also answer in the place of the host, with a status.
 * @throws LoaderError USAGE where AWS_CA_BUNDLE cannot be used; requests fail so where a proxy is malformed.
 */
export function makeDispatcher(env: NodeJS.ProcessEnv): Dispatcher {
  const options = { env, timeoutMs: connectTimeoutMs, secureContext: webTrust(env) };
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
    const given = pairsOf(options.headers);
    const named = given.some(([name]) => name.toLowerCase() === 'host');
    const all = [...given.flat(), ...(named ? [] : ['host', host]), ...headers];
    return dispatch({ ...options, path: `${pathPrefix}${options.path}`, headers: all }, handler);
  };
}

/** undici takes them as names and values by turns, as an object, or as pairs. */
function pairsOf(headers: Dispatcher.DispatchOptions['headers']): [string, string][] {
  if (!headers) return [];
  const pairs: [string, string][] = [];
  if (Array.isArray(headers)) {
    for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([String(headers[i]), String(headers[i + 1])]);
    return pairs;
  }
  const entries = Symbol.iterator in headers ? headers : Object.entries(headers);
  for (const [name, value] of entries) {
    for (const one of [value].flat()) if (one !== undefined) pairs.push([name, one]);
  }
  return pairs;
}
