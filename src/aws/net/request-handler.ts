import https, { type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { isCertificateError } from './certificates.ts';
import {
  codeOrName,
  proxyStatusCode,
  isProxyResponse,
  isNetworkFailure,
  isProxyRefusal,
  ProxyError,
} from './errors.ts';
import { findProxy, type ProxyServer } from './proxy.ts';
import { openTunnel, type TunnelOptions } from './tunnel.ts';

export interface HandlerOptions extends TunnelOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds from a request to the start of its response. */
  readonly requestTimeoutMs: number;
}

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];

/** Milliseconds without data from a body: the default of the SDK for handlers that it creates itself. */
const socketTimeout = 300_000;

/**
 * Sends the requests of SDK clients, each through the proxy for its host if there is one (see `proxyFor`). The failure of a
 * proxy is thrown as a LoaderError ENDPOINT_UNREACHABLE. If a retry may help, the error is marked for the SDK.
 */
export class ProxyingHandler extends NodeHttpHandler {
  readonly #options: HandlerOptions;
  // One handler for each scheme is enough, because all hosts of a scheme that are not exempt have the same proxy.
  #tunnelHandler: NodeHttpHandler | undefined;
  #forwardHandler: NodeHttpHandler | undefined;

  constructor(options: HandlerOptions) {
    super(handlerOptions(options, tlsOptions(options)));
    this.#options = options;
  }

  override async handle(request: Request, more?: Parameters<Handle>[1]): ReturnType<Handle> {
    const url = new URL(`${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ''}`);
    const proxy = findProxy(url, this.#options.env);
    if (proxy === undefined) return super.handle(request, more);
    try {
      if (url.protocol === 'https:') return await this.#tunnelThrough(proxy).handle(request, more);
      const result = await this.#forwardTo(proxy).handle(toForwardedRequest(request, url, proxy), more);
      const { statusCode: status, headers } = result.response;
      if (!isProxyResponse({ status, headers })) return result;
      (result.response.body as Readable).destroy();
      throw new ProxyError(proxy, url.hostname, proxyStatusCode(status));
    } catch (error) {
      throw explainFailure(error, url, proxy);
    }
  }

  override destroy(): void {
    super.destroy();
    this.#tunnelHandler?.destroy();
    this.#forwardHandler?.destroy();
  }

  #tunnelThrough(proxy: ProxyServer): NodeHttpHandler {
    const options = this.#options;
    // The agent has its own timeout, whose error names the proxy.
    const untimed = { ...options, timeoutMs: 0 };
    return (this.#tunnelHandler ??= new NodeHttpHandler(handlerOptions(untimed, new TunnelAgent(proxy, options))));
  }

  #forwardTo(proxy: ProxyServer): NodeHttpHandler {
    // By default, Node expects a certificate of the host in the request.
    const servername = isIP(proxy.hostname) === 0 ? proxy.hostname : '';
    const agentOptions = { ...tlsOptions(this.#options), servername };
    return (this.#forwardHandler ??= new NodeHttpHandler(handlerOptions(this.#options, agentOptions)));
  }
}

function tlsOptions({ secureContext }: TunnelOptions): https.AgentOptions {
  return secureContext === undefined ? {} : { secureContext };
}

function handlerOptions(
  { timeoutMs, requestTimeoutMs: requestTimeout }: HandlerOptions,
  httpsAgent: https.Agent | https.AgentOptions,
): NodeHttpHandlerOptions {
  return { connectionTimeout: timeoutMs, requestTimeout, throwOnRequestTimeout: true, socketTimeout, httpsAgent };
}

/** Returns the request for a forwarding proxy. The Host header stays that of the endpoint, because it is signed. */
function toForwardedRequest(request: Request, { origin }: URL, proxy: ProxyServer): Request {
  const authorization = proxy.authorization && { 'proxy-authorization': proxy.authorization };
  return Object.assign(Object.create(request) as Request, {
    protocol: proxy.isTls ? 'https:' : 'http:',
    hostname: proxy.hostname,
    port: proxy.port,
    path: `${origin}${request.path}`,
    headers: { ...request.headers, ...authorization },
  });
}

function explainFailure(error: unknown, url: URL, proxy: ProxyServer): unknown {
  const failure = error instanceof ProxyError ? error : toProxyError(error, url, proxy);
  if (failure === undefined) return error;
  // The SDK retries errors with this property.
  return isProxyRefusal(failure.code) ? failure.loaderError : Object.assign(failure.loaderError, { $retryable: {} });
}

/** A forwarded request has only one connection, so every network failure is one of the proxy. */
function toProxyError(error: unknown, url: URL, proxy: ProxyServer): ProxyError | undefined {
  if (url.protocol === 'https:' || !(error instanceof Error)) return undefined;
  const code = codeOrName(error);
  const isNetwork = isNetworkFailure(code) || isCertificateError(code);
  return isNetwork ? new ProxyError(proxy, url.hostname, code) : undefined;
}

/** Keeps connections alive that lead through the tunnels of a proxy. */
class TunnelAgent extends https.Agent {
  readonly #proxy: ProxyServer;
  readonly #tunnelOptions: TunnelOptions;
  /** Cancel the tunnels that are not open yet. */
  readonly #pending = new Set<() => void>();

  constructor(proxy: ProxyServer, options: TunnelOptions) {
    super({ keepAlive: true, maxSockets: 50, ...tlsOptions(options) });
    this.#proxy = proxy;
    this.#tunnelOptions = options;
  }

  override createConnection(
    options: RequestOptions,
    callback: (error: Error | null, stream: Duplex) => void = () => undefined,
  ): undefined {
    const to = { hostname: options.host ?? '', port: Number(options.port) };
    const cancel = openTunnel(this.#proxy, to, this.#tunnelOptions, (result) => {
      this.#pending.delete(cancel);
      if (result instanceof Error) {
        callback(result, undefined as never);
        return;
      }
      const through = { ...options, socket: result } as RequestOptions;
      const socket = super.createConnection(through, callback);
      if (socket) callback(null, socket);
    });
    this.#pending.add(cancel);
    return undefined;
  }

  override destroy(): void {
    for (const cancel of this.#pending) cancel();
    super.destroy();
  }
}
