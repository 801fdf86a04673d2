import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LoaderError } from '../../errors.ts';
import { acquireLock } from '../settle/lock.ts';
import { createFolder } from '../settle/create-folder.ts';

/** A DynamoDB in this process that keeps its tables in a folder. */
export interface LocalDynamoDB {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Drops open requests, closes the files and releases the lock of the folder. */
  close(): Promise<void>;
}

/** Lock file beside the database. Opening the same database twice would crash the second process. */
const lockName = 'csv2ddb.lock';
const dataName = 'data';

/**
 * Opens the embedded DynamoDB of a folder, and creates the folder if it is missing.
 * @param port on 127.0.0.1; 0 chooses a free port
 * @throws LoaderError LOCAL_FOLDER_LOCKED, LOCAL_UNAVAILABLE
 */
export async function openLocal(dir: string, port = 0): Promise<LocalDynamoDB> {
  try {
    createFolder(join(dir, dataName));
  } catch (error) {
    throw createUnavailableError(`cannot create folder ${dir}`, error, 'Choose a different folder with --local=DIR.');
  }
  const lock = await acquireLock(join(dir, lockName), 'LOCAL_FOLDER_LOCKED');
  try {
    const server = await createServer(join(dir, dataName));
    await listen(server, port);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the embedded DynamoDB has no port');
    return {
      endpoint: `http://127.0.0.1:${address.port}`,
      async close() {
        await close(server);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function createServer(path: string): Promise<Server> {
  try {
    const { default: dynalite } = await import('dynalite');
    const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    ignoreAbortedRequests(server);
    // Idle connections stay open: closing one could break a request that is just being sent.
    server.keepAliveTimeout = 0;
    return server;
  } catch (error) {
    // The message of node-gyp-build.
    const isMissing = error instanceof Error && error.message.startsWith('No native build was found');
    throw createUnavailableError(
      'cannot load the embedded DynamoDB',
      isMissing ? new Error(`it has no library for ${process.platform}-${process.arch}`, { cause: error }) : error,
      'Run DynamoDB Local and set --endpoint-url.',
    );
  }
}

/**
 * Replaces the error listener of each request. The original one throws if a client disconnects during a request, which
 * would end the process. The handler adds its listeners before it returns.
 */
function ignoreAbortedRequests(server: Server): void {
  const [handle] = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  if (handle === undefined) return;
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    handle(request, response);
    request.removeAllListeners('error');
    request.on('error', () => {
      response.destroy();
    });
  });
}

async function listen(server: Server, port: number): Promise<void> {
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  try {
    await listening;
  } catch (error) {
    const isInUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw createUnavailableError(
      `cannot listen on 127.0.0.1:${port}`,
      isInUse ? new Error('the port is in use', { cause: error }) : error,
      'Choose a different port with --port, or use --port 0 for a free one.',
    );
  }
}

async function close(server: Server): Promise<void> {
  const closed = promisify(server.close.bind(server))();
  server.closeAllConnections();
  await closed;
}

function createUnavailableError(problem: string, error: unknown, hint: string): LoaderError {
  const why = error instanceof Error ? error.message : String(error);
  return new LoaderError('LOCAL_UNAVAILABLE', `${problem}: ${why}`, { hint, cause: error });
}
