import https, { type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { isCertificateError } from './certificates.ts';
import { causeOf, codeOfStatus, isAnswerOfProxy, isNetworkFailure, isRefusal, ProxyError } from './errors.ts';
import { proxyFor, type ProxyServer } from './proxy.ts';
import { openTunnel, type TunnelOptions } from './tunnel.ts';

export interface HandlerOptions extends TunnelOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds from a request to the beginning of its answer. */
  readonly requestTimeoutMs: number;
}

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];

/** Milliseconds that a body may stand still: what the SDK sets where it makes the handler itself. */
const socketTimeout = 300_000;

/**
 * How the SDK's clients send their requests: each by the proxy of the environment for its host, as
 * `proxyFor` says, or by none. A proxy's failure is thrown as a LoaderError ENDPOINT_UNREACHABLE, marked for the SDK to
 * try again where that may help.
 */
export class ProxyingHandler extends NodeHttpHandler {
  readonly #options: HandlerOptions;
  // One for each kind of way: all hosts of a scheme that are not exempt have the same proxy.
  #tunneling: NodeHttpHandler | undefined;
  #forwarding: NodeHttpHandler | undefined;

  constructor(options: HandlerOptions) {
    super(handlerOptions(options, trusting(options)));
    this.#options = options;
  }

  override async handle(request: Request, more?: Parameters<Handle>[1]): ReturnType<Handle> {
    const url = new URL(`${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ''}`);
    const proxy = proxyFor(url, this.#options.env);
    if (proxy === undefined) return super.handle(request, more);
    try {
      if (url.protocol === 'https:') return await this.#tunnel(proxy).handle(request, more);
      const answer = await this.#forward(proxy).handle(forwarded(request, url, proxy), more);
      const { statusCode: status, headers } = answer.response;
      if (!isAnswerOfProxy({ status, headers })) return answer;
      (answer.response.body as Readable).destroy();
      throw new ProxyError(proxy, url.hostname, codeOfStatus(status));
    } catch (error) {
      throw explained(error, url, proxy);
    }
  }

  override destroy(): void {
    super.destroy();
    this.#tunneling?.destroy();
    this.#forwarding?.destroy();
  }

  #tunnel(proxy: ProxyServer): NodeHttpHandler {
    const options = this.#options;
    // The agent limits the time itself, so that what fails can say that it was the proxy.
    const untimed = { ...options, timeoutMs: 0 };
    return (this.#tunneling ??= new NodeHttpHandler(handlerOptions(untimed, new TunnelAgent(proxy, options))));
  }

  #forward(proxy: ProxyServer): NodeHttpHandler {
    // Node would ask the proxy for the certificate of the host in the request.
    const servername = isIP(proxy.hostname) === 0 ? proxy.hostname : '';
    const agentOptions = { ...trusting(this.#options), servername };
    return (this.#forwarding ??= new NodeHttpHandler(handlerOptions(this.#options, agentOptions)));
  }
}

function trusting({ secureContext }: TunnelOptions): https.AgentOptions {
  return secureContext === undefined ? {} : { secureContext };
}

function handlerOptions(
  { timeoutMs, requestTimeoutMs: requestTimeout }: HandlerOptions,
  httpsAgent: https.Agent | https.AgentOptions,
): NodeHttpHandlerOptions {
  return { connectionTimeout: timeoutMs, requestTimeout, throwOnRequestTimeout: true, socketTimeout, httpsAgent };
}

/** The same request as a proxy takes it; its Host stays that of the endpoint, for which it is signed. */
function forwarded(request: Request, { origin }: URL, proxy: ProxyServer): Request {
  const authorization = proxy.authorization && { 'proxy-authorization': proxy.authorization };
  return Object.assign(Object.create(request) as Request, {
    protocol: proxy.secure ? 'https:' : 'http:',
    hostname: proxy.hostname,
    port: proxy.port,
    path: `${origin}${request.path}`,
    headers: { ...request.headers, ...authorization },
  });
}

function explained(error: unknown, url: URL, proxy: ProxyServer): unknown {
  const failure = error instanceof ProxyError ? error : ofForwarding(error, url, proxy);
  if (failure === undefined) return error;
  // The SDK's retry strategy goes by this mark.
  return isRefusal(failure.code) ? failure.problem : Object.assign(failure.problem, { $retryable: {} });
}

/** Whatever breaks the connection of a forwarded request, it is the one to the proxy. */
function ofForwarding(error: unknown, url: URL, proxy: ProxyServer): ProxyError | undefined {
  if (url.protocol === 'https:' || !(error instanceof Error)) return undefined;
  const code = causeOf(error);
  const isNetwork = isNetworkFailure(code) || isCertificateError(code);
  return isNetwork ? new ProxyError(proxy, url.hostname, code) : undefined;
}

/** Keeps alive connections that lead through a proxy's tunnels. */
class TunnelAgent extends https.Agent {
  readonly #proxy: ProxyServer;
  readonly #tunnelOptions: TunnelOptions;
  readonly #pending = new Set<() => void>();

  constructor(proxy: ProxyServer, options: TunnelOptions) {
    super({ keepAlive: true, maxSockets: 50, ...trusting(options) });
    this.#proxy = proxy;
    this.#tunnelOptions = options;
  }

  override createConnection(
    options: RequestOptions,
    callback: (error: Error | null, stream: Duplex) => void = () => undefined,
  ): undefined {
    const to = { hostname: options.host ?? '', port: Number(options.port) };
    const giveUp = openTunnel(this.#proxy, to, this.#tunnelOptions, (got) => {
      this.#pending.delete(giveUp);
      if (got instanceof Error) {
        callback(got, undefined as never);
        return;
      }
      const through = { ...options, socket: got } as RequestOptions;
      const socket = super.createConnection(through, callback);
      if (socket) callback(null, socket);
    });
    this.#pending.add(giveUp);
    return undefined;
  }

  override destroy(): void {
    for (const giveUp of this.#pending) giveUp();
    super.destroy();
  }
}
