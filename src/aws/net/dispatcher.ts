import { Agent, Headers, Pool, type Dispatcher, type HeadersInit } from 'undici';
import { findRoute, type HttpRoute } from './route.ts';
import { trustedAuthorities } from './trust.ts';

/** Milliseconds to wait for a connection, and for a proxy to open a tunnel. */
const connectTimeoutMs = 10_000;

/**
 * Creates the dispatcher for http and https sources. It uses the proxies of the environment and trusts the built-in
 * certificate authorities and those in NODE_EXTRA_CA_CERTS and AWS_CA_BUNDLE. It keeps connections alive and does not follow
 * redirects. A failure of a proxy is a `ProxyError`, but a proxy that forwards http requests may also respond with a status.
 * @throws LoaderError USAGE if AWS_CA_BUNDLE is not valid. A request throws it if the proxy variable is not valid.
 */
export function makeDispatcher(env: NodeJS.ProcessEnv): Dispatcher {
  const options = { env, timeoutMs: connectTimeoutMs, secureContext: trustedAuthorities(env, 'web') };
  return new Agent({
    factory: (origin) => {
      const route = findRoute(new URL(origin), options);
      const pool = new Pool(route.origin, { connect: route.connect });
      return route.isForwarded ? pool.compose(forwardRequests(route)) : pool;
    },
  });
}

/** Adds the host to the request line, and the credentials for the proxy to the headers. */
function forwardRequests({ pathPrefix, headers }: HttpRoute): Dispatcher.DispatcherComposeInterceptor {
  const { host } = new URL(pathPrefix);
  return (dispatch) => (options, handler) => {
    const given = flattenHeaders(options.headers);
    const hasHost = given.some((text, i) => i % 2 === 0 && text.toLowerCase() === 'host');
    const all = [...given, ...(hasHost ? [] : ['host', host]), ...headers];
    return dispatch({ ...options, path: `${pathPrefix}${options.path}`, headers: all }, handler);
  };
}

/** Returns alternating names and values. undici also accepts headers as an object or as pairs. */
function flattenHeaders(headers: Dispatcher.DispatchOptions['headers']): string[] {
  return Array.isArray(headers) ? headers : [...new Headers(headers as HeadersInit)].flat();
}
