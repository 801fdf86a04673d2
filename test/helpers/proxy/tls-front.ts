import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { listen } from '../loopback.ts';

const tls = (name: string): string => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));

export interface TlsFront {
  /** An HTTP proxy on the loopback address that connects to the server for every host. */
  readonly proxyUrl: string;
  close(): Promise<void>;
}

/** Starts an HTTPS server with the test certificate, and a proxy that connects to it for every host. */
export async function startTlsFront(listener: RequestListener): Promise<TlsFront> {
  const server = createServer(
    { key: readFileSync(tls('key.pem')), cert: readFileSync(tls('certificate.pem')) },
    listener,
  );
  const port = await listen(server);
  const sockets = new Set<Socket>();
  const proxy = createHttpServer().on('connect', (_, client: Socket) => {
    const toServer = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    for (const socket of [client, toServer]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(toServer).pipe(client);
  });
  const proxyPort = await listen(proxy);
  return {
    proxyUrl: `http://127.0.0.1:${proxyPort}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([server, proxy].map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}
