import { makeConnector, type Connector, type ConnectorOptions } from './connector.ts';
import { codeOrName, ProxyError } from './errors.ts';
import { findProxy, type ProxyServer } from './proxy.ts';
import type { TunnelOptions } from './tunnel.ts';

export interface RouteOptions extends TunnelOptions {
  readonly env: NodeJS.ProcessEnv;
  /** More options of the sockets. */
  readonly socket?: ConnectorOptions['socket'];
}

/** How a pool reaches a host, and what each request needs. */
export interface HttpRoute {
  readonly proxy: ProxyServer | undefined;
  /** Origin that the pool connects to. */
  readonly origin: string;
  readonly connect: Connector;
  /** Whether the proxy forwards the requests instead of opening a tunnel. */
  readonly isForwarded: boolean;
  /** Prefix of the request path: the origin of the URL if the request is forwarded, else empty. */
  readonly pathPrefix: string;
  /** Alternating header names and values for the proxy. A forwarded request also needs its Host header. */
  readonly headers: readonly string[];
}

/**
 * Finds the route to a URL. A proxy opens a tunnel to an https URL, whose content it cannot see. It forwards requests to an
 * http URL, because most proxies open tunnels only for HTTPS.
 * @throws LoaderError USAGE if the environment names something other than an HTTP proxy.
 */
export function findRoute(url: URL, options: RouteOptions): HttpRoute {
  const { origin } = url;
  const proxy = findProxy(url, options.env);
  const connect = makeConnector(options);
  const direct: HttpRoute = { proxy, origin, connect, isForwarded: false, pathPrefix: '', headers: [] };
  if (proxy === undefined) return direct;
  if (url.protocol === 'https:') return { ...direct, connect: tunnelConnector(proxy, connect, options) };
  return {
    proxy,
    origin: `${proxy.isTls ? 'https' : 'http'}://${proxy.hostAndPort}`,
    connect: proxyConnector(proxy, url.hostname, connect),
    isForwarded: true,
    pathPrefix: origin,
    headers: proxy.authorization === undefined ? [] : ['proxy-authorization', proxy.authorization],
  };
}

function tunnelConnector(proxy: ProxyServer, connect: Connector, tunnelOptions: TunnelOptions): Connector {
  return (options, callback) => {
    const to = { hostname: options.hostname, port: Number(options.port) || 443 };
    // Imported only here, because most runs have no proxy.
    void import('./tunnel.ts').then(({ openTunnel }) =>
      openTunnel(proxy, to, tunnelOptions, (result) => {
        if (result instanceof Error) callback(result, null);
        else connect({ ...options, httpSocket: result }, callback);
      }),
    );
  };
}

/** Connects to the proxy itself, and names it in errors. */
function proxyConnector(proxy: ProxyServer, host: string, connect: Connector): Connector {
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(new ProxyError(proxy, host, codeOrName(error)), null);
    });
  };
}
