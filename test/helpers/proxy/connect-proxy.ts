import type { Buffer } from 'node:buffer';
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import https, { type ServerOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { closeServer, listen } from '../loopback.ts';

export interface ConnectProxyOptions {
  /** `user:password` that it requires; else it responds with 407. */
  readonly login?: string;
  /** Key and certificate, for a proxy that uses TLS. */
  readonly tls?: ServerOptions;
  /** Returns a status to respond with instead of forwarding; 0: no response. `number` counts requests from 1. */
  readonly refuse?: (request: ProxiedRequest, number: number) => number | undefined;
}

/** A request as the proxy received it. */
export interface ProxiedRequest {
  /** CONNECT, or the method of a request to forward. */
  readonly method: string;
  /** `host:port` for CONNECT; otherwise the URL. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
}

/** An HTTP proxy on the loopback address, like a corporate one. It tunnels and forwards requests, and records both. */
export interface ConnectProxy {
  readonly url: string;
  /** Its host and port. */
  readonly address: string;
  readonly seen: readonly ProxiedRequest[];
  /** Closes all open tunnels. */
  cutTunnels(): void;
  stop(): Promise<void>;
}

/** Starts the proxy on a free port. */
export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const seen: ProxiedRequest[] = [];
  const sockets = new Set<Socket>();
  const expected = options.login === undefined ? undefined : `Basic ${btoa(options.login)}`;
  /** Records a request and returns the status to respond with instead of forwarding it. */
  const refusalStatus = ({ method = '', url = '', headers }: IncomingMessage): number | undefined => {
    const request: ProxiedRequest = { method, target: url, headers };
    seen.push(request);
    if (expected !== undefined && headers['proxy-authorization'] !== expected) return 407;
    return options.refuse?.(request, seen.length);
  };
  const forward = (request: IncomingMessage, response: ServerResponse): void => {
    const status = refusalStatus(request);
    if (status === 0) return;
    if (status !== undefined) {
      response.writeHead(status, { 'content-type': 'text/html' }).end(page);
      return;
    }
    forwardTo(request, response);
  };
  const server: Server =
    options.tls === undefined ? http.createServer(forward) : https.createServer(options.tls, forward);
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // A client that disconnects must end only its tunnel.
    socket.on('error', () => undefined);
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    const status = refusalStatus(request);
    if (status === 0) return;
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-type: text/html\r\ncontent-length: ${page.length}\r\n\r\n${page}`);
      return;
    }
    openTunnel(request.url ?? '', socket, head);
  });
  const address = `127.0.0.1:${await listen(server)}`;
  const cutTunnels = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${address}`,
    address,
    seen,
    cutTunnels,
    stop: async () => {
      const closed = closeServer(server);
      cutTunnels();
      await closed;
    },
  };
}

const page = '<h1>Response of the proxy</h1>';

function openTunnel(target: string, socket: Socket, head: Buffer): void {
  const { hostname, port } = new URL(`http://${target}`);
  const upstream = connect({ host: hostname.replace(/[[\]]/g, ''), port: Number(port || 80) }, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  socket.once('close', () => upstream.destroy());
  upstream.on('error', () => {
    if (upstream.connecting && socket.writable) socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n');
  });
  upstream.once('close', () => {
    socket.destroySoon();
  });
}

function forwardTo(request: IncomingMessage, response: ServerResponse): void {
  const headers = { ...request.headers };
  for (const name of ['proxy-authorization', 'proxy-connection', 'connection']) Reflect.deleteProperty(headers, name);
  const outgoing = http.request(request.url ?? '', { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    pipeline(answer, response, () => undefined);
  });
  outgoing.once('error', () => response.destroy());
  pipeline(request, outgoing, () => undefined);
}
