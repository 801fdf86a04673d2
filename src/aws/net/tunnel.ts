import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectSecurely, type SecureContext } from 'node:tls';
import { causeOf, codeOfStatus, ProxyError } from './errors.ts';
import type { ProxyServer } from './proxy.ts';

export interface TunnelOptions {
  /** Milliseconds until a connection stands, and until a proxy has opened a tunnel. */
  readonly timeoutMs: number;
  /** Whom to trust; undefined: as Node does. */
  readonly secureContext: SecureContext | undefined;
}

/**
 * Has a proxy open a tunnel to a host (CONNECT, RFC 9110 section 9.3.6).
 * @param done Called once, with the socket that leads there or with the reason why there is none.
 * @returns Gives up: `done` gets an error if it has had nothing.
 */
export function openTunnel(
  proxy: ProxyServer,
  to: { readonly hostname: string; readonly port: number },
  { timeoutMs, secureContext }: TunnelOptions,
  done: (got: Socket | ProxyError) => void,
): () => void {
  let ended = false;
  const end = (got: Socket | string): void => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    if (typeof got !== 'string') {
      done(got);
      return;
    }
    asking.destroy();
    done(new ProxyError(proxy, to.hostname, got));
  };
  const authority = `${isIPv6(to.hostname) ? `[${to.hostname}]` : to.hostname}:${to.port}`;
  const asking: ClientRequest = request({
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }) },
    createConnection: () => connectTo(proxy, secureContext),
  });
  const timer = setTimeout(() => {
    end('TimeoutError');
  }, timeoutMs);
  asking.on('error', (error) => {
    end(causeOf(error));
  });
  asking.on('connect', (response: IncomingMessage, socket: Socket, head: Buffer) => {
    const { statusCode = 0 } = response;
    if (statusCode < 200 || statusCode > 299) {
      socket.on('error', () => undefined).destroy();
      end(codeOfStatus(statusCode));
      return;
    }
    if (head.length > 0) socket.unshift(head);
    end(socket);
  });
  asking.end();
  return () => {
    end('Aborted');
  };
}

function connectTo({ hostname: host, port, secure }: ProxyServer, secureContext: SecureContext | undefined): Socket {
  if (!secure) return connect({ host, port });
  return connectSecurely({
    ...{ host, port },
    ...(isIP(host) === 0 && { servername: host }),
    ...(secureContext && { secureContext }),
  });
}
