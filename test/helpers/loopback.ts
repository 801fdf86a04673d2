import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';

/** Starts a server on a free port of the loopback address, and returns the port. */
export async function listen(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Stops a server and closes all its connections. */
export async function closeServer(server: Pick<Server, 'close' | 'closeAllConnections' | 'once'>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  server.close();
  server.closeAllConnections();
  await closed;
}
