import { createServer, type AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import {
  startConnectProxy,
  type ConnectProxy,
  type ConnectProxyOptions,
} from '../../../helpers/proxy/connect-proxy.ts';
import { serve, type Respond, type TestServer } from '../../load/wire/server.ts';

const toClose: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

/** Registers a function that runs after the test. */
export function closeAfterTest(close: () => Promise<void>): void {
  toClose.push(close);
}

/** Starts a server that is closed after the test. */
export async function startServer(respond: Respond, tls = false): Promise<TestServer> {
  const server = await serve(respond, tls);
  closeAfterTest(() => server.close());
  return server;
}

/** Starts a proxy that is stopped after the test. */
export async function startProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const proxy = await startConnectProxy(options);
  closeAfterTest(() => proxy.stop());
  return proxy;
}

/** Returns a port of the loopback address without a listener. */
export async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
