import { buildConnector } from 'undici';
import { causeOf, ProxyError } from './errors.ts';
import { proxyFor, type ProxyServer } from './proxy.ts';
import { openTunnel, type TunnelOptions } from './tunnel.ts';

export interface RouteOptions extends TunnelOptions {
  readonly env: NodeJS.ProcessEnv;
  /** More on how to connect. */
  readonly connect?: buildConnector.BuildOptions | undefined;
}

/** How undici gets to a host: what to open a pool with, and what its requests need besides. */
export interface Route {
  readonly proxy: ProxyServer | undefined;
  /** Where the pool connects to. */
  readonly origin: string;
  readonly connect: buildConnector.BuildOptions | buildConnector.connector;
  /** Whether the proxy takes the requests themselves and sends them on. */
  readonly isForwarded: boolean;
  /** What goes before the path of a request: the URL's origin where it is forwarded, else nothing. */
  readonly pathPrefix: string;
  /** Names and values by turns that go with each request, for the proxy. A forwarded request needs its Host besides. */
  readonly headers: readonly string[];
}

/**
 * The way to a URL. A proxy opens a tunnel to an https URL and sees nothing of what goes through; requests to an
 * http URL it is asked to forward, as most proxies open tunnels for HTTPS only.
 * @throws LoaderError USAGE where the environment names something that is no HTTP proxy.
 */
export function routeTo(url: URL, options: RouteOptions): Route {
  const { origin } = url;
  const proxy = proxyFor(url, options.env);
  const connect = {
    timeout: options.timeoutMs,
    ...(options.secureContext && { secureContext: options.secureContext }),
    ...options.connect,
  };
  const direct: Route = { proxy, origin, connect, isForwarded: false, pathPrefix: '', headers: [] };
  if (proxy === undefined) return direct;
  if (url.protocol === 'https:') return { ...direct, connect: tunnelConnector(proxy, connect, options) };
  return {
    proxy,
    origin: `${proxy.secure ? 'https' : 'http'}://${proxy.place}`,
    connect: forwardConnector(proxy, url.hostname, connect),
    isForwarded: true,
    pathPrefix: origin,
    headers: proxy.authorization === undefined ? [] : ['proxy-authorization', proxy.authorization],
  };
}

function tunnelConnector(
  proxy: ProxyServer,
  connect: buildConnector.BuildOptions,
  tunnelOptions: TunnelOptions,
): buildConnector.connector {
  const secure = buildConnector(connect);
  return (options, callback) => {
    const to = { hostname: options.hostname, port: Number(options.port) || 443 };
    openTunnel(proxy, to, tunnelOptions, (got) => {
      if (got instanceof Error) callback(got, null);
      else secure({ ...options, httpSocket: got }, callback);
    });
  };
}

/** Connects to the proxy itself. undici would ask it for the certificate of the host in the request. */
function forwardConnector(
  proxy: ProxyServer,
  host: string,
  connect: buildConnector.BuildOptions,
): buildConnector.connector {
  const connector = buildConnector(connect);
  return (options, callback) => {
    connector({ ...options, servername: '' }, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(new ProxyError(proxy, host, causeOf(error)), null);
    });
  };
}
