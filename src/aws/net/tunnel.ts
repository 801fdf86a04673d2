import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { codeOrName, proxyStatusCode, ProxyError } from './errors.ts';
import type { ProxyServer } from './proxy.ts';

export interface TunnelOptions {
  /** Milliseconds to wait for a connection, and for a proxy to open a tunnel. */
  readonly timeoutMs: number;
  /** Trusted certificate authorities; undefined: the defaults of Node. */
  readonly secureContext: SecureContext | undefined;
}

/**
 * Asks a proxy to open a tunnel to a host (CONNECT, RFC 9110 section 9.3.6).
 * @param done Called once with the socket, or with the error.
 * @returns Cancels the request: `done` receives an error, unless it was already called.
 */
export function openTunnel(
  proxy: ProxyServer,
  to: { readonly hostname: string; readonly port: number },
  { timeoutMs, secureContext }: TunnelOptions,
  done: (result: Socket | ProxyError) => void,
): () => void {
  let isDone = false;
  /** @param result The socket, or an error code. */
  const finish = (result: Socket | string): void => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    if (typeof result !== 'string') {
      done(result);
      return;
    }
    connectRequest.destroy();
    done(new ProxyError(proxy, to.hostname, result));
  };
  const authority = `${isIPv6(to.hostname) ? `[${to.hostname}]` : to.hostname}:${to.port}`;
  const connectRequest: ClientRequest = request({
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }) },
    createConnection: () => connectToProxy(proxy, secureContext),
  });
  const timer = setTimeout(() => {
    finish('TimeoutError');
  }, timeoutMs);
  connectRequest.on('error', (error) => {
    finish(codeOrName(error));
  });
  connectRequest.on('connect', (response: IncomingMessage, socket: Socket, head: Buffer) => {
    const { statusCode = 0 } = response;
    if (statusCode < 200 || statusCode > 299) {
      socket.on('error', () => undefined).destroy();
      finish(proxyStatusCode(statusCode));
      return;
    }
    if (head.length > 0) socket.unshift(head);
    finish(socket);
  });
  connectRequest.end();
  return () => {
    finish('Aborted');
  };
}

function connectToProxy(
  { hostname: host, port, isTls }: ProxyServer,
  secureContext: SecureContext | undefined,
): Socket {
  if (!isTls) return connect({ host, port });
  return connectTls({
    host,
    port,
    ...(isIP(host) === 0 && { servername: host }),
    ...(secureContext && { secureContext }),
  });
}
