import { connect, isIP, type Socket, type TcpSocketConnectOpts } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import type { buildConnector } from 'undici';

/** Opens a connection, for our own socket pool and for the pools of undici. Calls back once. */
export type Connector = buildConnector.connector;

export interface ConnectorOptions {
  /** Milliseconds to wait for a connection, including the TLS handshake. */
  readonly timeoutMs: number;
  /** Trusted certificate authorities; undefined: the defaults of Node. */
  readonly secureContext?: SecureContext | undefined;
  /** More options of the socket. */
  readonly socket?: Partial<TcpSocketConnectOpts & ConnectionOptions> | undefined;
}

/** Bytes that a socket without TLS buffers, like the file streams of Node. */
const readBytes = 64 * 1024;
/** Milliseconds after which TCP probes an idle connection. */
const keepAliveMs = 60_000;

/**
 * Makes a connector for one host. TLS connections resume the session of an earlier one. undici has a connector too, but
 * loading undici takes longer than loading a small file into a table.
 */
export function makeConnector({ timeoutMs, secureContext, socket: more }: ConnectorOptions): Connector {
  let session: Buffer | undefined;

  function open({ protocol, hostname, port, httpSocket }: buildConnector.Options): Socket {
    if (protocol !== 'https:') {
      const plain = { host: hostname, port: Number(port) || 80, highWaterMark: readBytes };
      return connect({ ...plain, ...more });
    }
    const socket = process.getBuiltinModule('node:tls').connect({
      host: hostname,
      port: Number(port) || 443,
      // An address has no server name.
      ...(isIP(hostname) === 0 && { servername: hostname }),
      ...(secureContext && { secureContext }),
      ...(session && { session }),
      ...(httpSocket && { socket: httpSocket }),
      ALPNProtocols: ['http/1.1'],
      ...more,
    });
    return socket.on('session', (latest) => {
      session = latest;
    });
  }

  return (options, callback) => {
    const socket = open(options);
    const timer = setTimeout(() => {
      socket.destroy(withCode('TimeoutError', 'timed out waiting for a connection'));
    }, timeoutMs);
    let isDone = false;
    const finish = (error?: Error): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      if (error === undefined) callback(null, socket);
      else callback(error, null);
    };
    socket.setKeepAlive(true, keepAliveMs).setNoDelay(true);
    socket.once(options.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      finish();
    });
    socket.on('error', finish);
    socket.once('close', () => {
      finish(withCode('ECONNRESET', 'the connection was closed'));
    });
  };
}

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
