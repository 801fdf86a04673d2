import type { IncomingMessage, Server } from 'node:http';
import { createRequire } from 'node:module';
import { listen } from '../loopback.ts';
import { type Emulator, testClient } from './client.ts';

export { type Emulator, dummyCredentials, testClient } from './client.ts';
export { type Skipped, startDynamoDBLocal } from './dynamodb-local.ts';

type MakeServer = (options: { createTableMs: number; deleteTableMs: number; updateTableMs: number }) => Server;

/** Starts dynalite in this process, in memory, on a free port of the loopback address. */
export async function startDynalite(): Promise<Emulator> {
  const makeServer = createRequire(import.meta.url)('dynalite') as MakeServer;
  const server = makeServer({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.prependListener('request', ignoreAbortedRequests);
  const endpoint = `http://127.0.0.1:${await listen(server)}`;
  const client = testClient(endpoint);
  return {
    name: 'dynalite',
    endpoint,
    client,
    stop: async () => {
      client.destroy();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => {
          if (error instanceof Error) reject(error);
          else resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

/**
 * Replaces the error handler that dynalite is about to set on a request. It would end the process when a client
 * disconnects in the middle of a request, as a killed loader does.
 */
function ignoreAbortedRequests(request: IncomingMessage): void {
  const on = request.on.bind(request);
  request.on = (event: string, listener: (...args: never[]) => void) =>
    on(event, event === 'error' ? () => undefined : (listener as (...args: unknown[]) => void));
}
