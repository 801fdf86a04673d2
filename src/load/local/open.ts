import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LoaderError } from '../../errors.ts';
import { acquireLock } from '../settle/lock.ts';
import { makeFolder } from '../settle/make-folder.ts';

/** A DynamoDB inside this process that keeps its tables in a folder. */
export interface LocalDynamoDB {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Lets requests under way go, closes the folder's files and gives its lock back. */
  close(): Promise<void>;
}

/** Beside the database's own files. A second opener of those would end its process, so this lock comes first. */
const lockName = 'csv2ddb.lock';
const dataName = 'data';

/**
 * Opens the folder's DynamoDB, making the folder where it is missing.
 * @param port of 127.0.0.1; 0 takes a free one.
 * @throws LoaderError LOCAL_FOLDER_LOCKED naming the holder, LOCAL_UNAVAILABLE
 */
export async function openLocal(dir: string, port = 0): Promise<LocalDynamoDB> {
  try {
    makeFolder(join(dir, dataName));
  } catch (error) {
    throw unavailable(`the folder ${dir} cannot be made`, error, 'name another folder with --local=DIR');
  }
  const lock = await acquireLock(join(dir, lockName), 'LOCAL_FOLDER_LOCKED');
  try {
    const server = await makeServer(join(dir, dataName));
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

async function makeServer(path: string): Promise<Server> {
  try {
    const { default: dynalite } = await import('dynalite');
    const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    forgiveCutRequests(server);
    // A connection that rests is not cut: the cut could meet a request that is just being sent.
    server.keepAliveTimeout = 0;
    return server;
  } catch (error) {
    throw unavailable(
      'the embedded DynamoDB cannot be loaded on this machine',
      error,
      `it needs a library of classic-level built for ${process.platform}-${process.arch}; without one, run ` +
        'DynamoDB Local and give its --endpoint-url with --create-table',
    );
  }
}

/**
 * The handler throws, and so would end the process, when a client goes away in the middle of a request. It
 * sets what it listens to before it returns; its way with errors is replaced then.
 */
function forgiveCutRequests(server: Server): void {
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
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw unavailable(
      `port ${port} of 127.0.0.1 ${taken ? 'is in use' : 'cannot be used'}`,
      error,
      'give another --port; 0 takes a free one',
    );
  }
}

async function close(server: Server): Promise<void> {
  const closed = promisify(server.close.bind(server))();
  server.closeAllConnections();
  await closed;
}

function unavailable(what: string, error: unknown, hint: string): LoaderError {
  const why = error instanceof Error ? error.message : String(error);
  return new LoaderError('LOCAL_UNAVAILABLE', `${what}: ${why}`, { hint, cause: error });
}
