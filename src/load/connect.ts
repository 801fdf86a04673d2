import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Dispatcher } from 'undici';
import { LoaderError } from '../errors.ts';
import { load } from './load.ts';
import type { Settings } from './settings.ts';
import { makeFailedSummary } from './failed-summary.ts';
import type { LoadListener } from './listener.ts';
import type { Summary } from './summary.ts';
import { getCheckpointPath } from './settle/file-job.ts';
import { assertNoFileConflicts } from './settle/output-conflicts.ts';
import { openSources } from './source/open.ts';
import type { Source } from './source/source.ts';
import { openPlainDatabase, openSdkDatabase, type Database } from './database.ts';
import { openTable } from './open-table.ts';
import { rejectOnAbort } from './reject-on-abort.ts';
import { findPlainEndpoint } from './wire/plain-endpoint.ts';

/** The parts of the process that a load uses. */
export interface LoadEnvironment {
  /** The stream that `-` reads. Accessed only if a source is `-`. */
  readonly stdin: NodeJS.ReadableStream;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted when the user interrupts the run. */
  readonly stop: AbortSignal;
  /** Receives progress and messages. The caller calls `end`. */
  readonly report: Pick<LoadListener, 'phase' | 'begin' | 'say'>;
}

/**
 * Opens everything that a load needs, runs the load, and closes it all, even after an error.
 * @returns the summary, also if the load could not start
 * @throws LoaderError USAGE if sources and options conflict; nothing was read or written
 */
export async function connectAndLoad(settings: Settings, environment: LoadEnvironment): Promise<Summary> {
  const { env, stop, report } = environment;
  const closers = new Closers();
  const startedMs = performance.now();
  try {
    const opening = openSources(settings.sources, {
      stdin: () => environment.stdin,
      stop,
      compression: settings.source.compression,
      s3: async () => {
        const { makeS3Client } = await import('../aws/s3-client.ts');
        return closers.addClient(makeS3Client(settings.aws));
      },
      dispatcher: async (): Promise<Dispatcher> => {
        const { makeDispatcher } = await import('../aws/net/dispatcher.ts');
        const dispatcher = makeDispatcher(env);
        closers.add(() => dispatcher.destroy());
        return dispatcher;
      },
    });
    const sources = await waitUnlessStopped(opening, stop);
    for (const source of sources) closers.add(() => source.close());
    const checkpointPath = getCheckpointPath(settings, sources);
    assertNoFileConflicts(settings, sources, checkpointPath);
    const database = await openDatabase(settings, environment, closers);
    closers.add(() => database.close());
    return await load(settings, {
      sources,
      async openTable(attributes, assertLoadable) {
        report.phase(`checking table ${settings.table}`);
        const context = { database, settings, checkpointPath, stop, say: report.say };
        return openTable(context, attributes, assertLoadable);
      },
      describe: () => database.describe({ stop, waitMs: 0 }),
      openClient: () => database.openWire(),
      stop,
      begin: report.begin,
      say: report.say,
    });
  } catch (error) {
    // No summary after a usage error: the summary file itself may be the conflict.
    if (!(error instanceof LoaderError) || error.code === 'USAGE') throw error;
    return makeFailedSummary(settings, error, (performance.now() - startedMs) / 1000);
  } finally {
    await closers.close(report.say);
  }
}

/**
 * Waits for the sources unless the user interrupts the run. Sources that open after that are closed.
 * @throws LoaderError INTERRUPTED
 */
async function waitUnlessStopped(opening: Promise<Source[]>, stop: AbortSignal): Promise<Source[]> {
  try {
    return await rejectOnAbort(opening, stop);
  } catch (error) {
    opening.then((late) => Promise.all(late.map((source) => source.close()))).catch(() => undefined);
    throw stop.aborted ? new LoaderError('INTERRUPTED', 'interrupted') : error;
  }
}

/** Closes resources in reverse order at the end of a load. A resource added after that is closed at once. */
class Closers {
  readonly #closers: (() => Promise<void> | void)[] = [];
  #isClosed = false;

  add(close: () => Promise<void> | void): void {
    if (this.#isClosed) void Promise.resolve(close()).catch(() => undefined);
    else this.#closers.push(close);
  }

  /** Adds an AWS SDK client. It is destroyed at the end. */
  addClient<T extends { destroy(): void }>(client: T): T {
    this.add(() => {
      client.destroy();
    });
    return client;
  }

  /** @param say receives a message for each resource that cannot be closed; the load itself is not affected */
  async close(say: (text: string) => void): Promise<void> {
    this.#isClosed = true;
    for (const close of this.#closers.reverse()) {
      try {
        await close();
      } catch (error) {
        say(`cannot close a resource: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}

/** Opens the embedded DynamoDB (`--local`), otherwise that of the AWS settings. */
async function openDatabase(settings: Settings, { env, report }: LoadEnvironment, closers: Closers): Promise<Database> {
  const dir = settings.write.localDir;
  const makeClient = async (): Promise<DynamoDBClient> => {
    const { makeDynamoDBClient } = await import('../aws/clients.ts');
    return closers.addClient(makeDynamoDBClient(settings.aws));
  };
  if (dir === undefined) {
    const endpoint = findPlainEndpoint(settings.aws, env);
    if (endpoint !== undefined) return openPlainDatabase(endpoint, makeClient, settings, env);
    return openSdkDatabase(await makeClient(), settings, env);
  }
  report.phase(`opening the embedded DynamoDB in ${dir}`);
  const [{ openLocal }, { makeLocalClient }] = await Promise.all([
    import('./local/open.ts'),
    import('./local/client.ts'),
  ]);
  const local = await openLocal(dir);
  closers.add(() => local.close());
  // It runs on this machine, so it is never reached through a proxy.
  return openSdkDatabase(closers.addClient(makeLocalClient(local.endpoint)), settings, {});
}
