import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Dispatcher } from 'undici';
import { makeDynamoDBClient } from '../aws/clients.ts';
import { openWire } from './wire/open-wire.ts';
import { LoaderError } from '../errors.ts';
import { load } from './load.ts';
import type { Settings } from './settings.ts';
import { failedSummary } from './failed-summary.ts';
import type { Report } from './listener.ts';
import type { Summary } from './summary.ts';
import { checkpointPathOf } from './settle/file-job.ts';
import { refuseSharedFiles } from './settle/output-conflicts.ts';
import { openSources } from './source/open.ts';
import type { Source } from './source/source.ts';
import { describeTable } from '../aws/table/describe.ts';
import { openTable } from './open-table.ts';
import { unlessAborted } from './abortable.ts';

/** What a load has of the process it runs in. */
export interface World {
  /** Where `-` reads from. Looked at where it is named only. */
  readonly stdin: NodeJS.ReadableStream;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the wish to stop. */
  readonly stop: AbortSignal;
  /** Told how it goes; `end` is left to the caller. */
  readonly report: Pick<Report, 'phase' | 'begin' | 'say'>;
}

/**
 * Opens what a load needs, loads, and closes it all, whatever happens.
 * @returns how it ended, also where it could not begin.
 * @throws LoaderError USAGE: sources and options do not fit together, nothing was done
 */
export async function connectAndLoad(settings: Settings, world: World): Promise<Summary> {
  const { env, stop, report } = world;
  const open = new Opened();
  const startedMs = performance.now();
  try {
    const opening = openSources(settings.sources, {
      stdin: () => world.stdin,
      stop,
      compression: settings.source.compression,
      s3: async () => {
        const { makeS3Client } = await import('../aws/s3-client.ts');
        return open.client(makeS3Client(settings.aws));
      },
      dispatcher: async (): Promise<Dispatcher> => {
        const { makeDispatcher } = await import('../aws/net/dispatcher.ts');
        const dispatcher = makeDispatcher(env);
        open.add(() => dispatcher.destroy());
        return dispatcher;
      },
    });
    const sources = await unlessStopped(opening, stop);
    for (const source of sources) open.add(() => source.close());
    const checkpointPath = checkpointPathOf(settings, sources);
    refuseSharedFiles(settings, sources, checkpointPath);
    const client = await openDynamoDB(settings, report, open);
    return await load(settings, {
      sources,
      async openTable(attributes) {
        report.phase(`looking at table ${settings.table}`);
        return openTable({ client, settings, checkpointPath, stop, say: report.say }, attributes);
      },
      describe: () => describeTable(client, settings.table, { stop, waitMs: 0 }),
      async openClient() {
        // The embedded DynamoDB is on this machine: no proxy leads to it.
        const wire = await openWire(client, settings, settings.write.localDir === undefined ? env : {});
        open.add(() => wire.close());
        return wire;
      },
      stop,
      begin: report.begin,
      say: report.say,
    });
  } catch (error) {
    // Of wrong usage there is no summary: the file it would go to may be what is wrong.
    if (!(error instanceof LoaderError) || error.code === 'USAGE') throw error;
    return failedSummary(settings, error, (performance.now() - startedMs) / 1000);
  } finally {
    await open.close(report.say);
  }
}

/**
 * Waits, but not for a server that does not answer when the user wishes to stop: what is opened later is closed.
 * @throws LoaderError INTERRUPTED
 */
async function unlessStopped(opening: Promise<Source[]>, stop: AbortSignal): Promise<Source[]> {
  try {
    return await unlessAborted(opening, stop);
  } catch (error) {
    opening.then((late) => Promise.all(late.map((source) => source.close()))).catch(() => undefined);
    throw stop.aborted ? new LoaderError('INTERRUPTED', 'interrupted') : error;
  }
}

/** What is to be closed at the end, the last that was opened first. What is opened after the end is closed at once. */
class Opened {
  readonly #closers: (() => Promise<void> | void)[] = [];
  #isClosed = false;

  add(close: () => Promise<void> | void): void {
    if (this.#isClosed) void Promise.resolve(close()).catch(() => undefined);
    else this.#closers.push(close);
  }

  /** Adds a client of the AWS SDK, which is destroyed at the end. */
  client<T extends { destroy(): void }>(client: T): T {
    this.add(() => {
      client.destroy();
    });
    return client;
  }

  /** @param say told what cannot be closed: that changes nothing of what was loaded. */
  async close(say: (text: string) => void): Promise<void> {
    this.#isClosed = true;
    for (const close of this.#closers.reverse()) {
      try {
        await close();
      } catch (error) {
        say(`something cannot be closed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}

/** A client of the DynamoDB embedded here, or of the one that the AWS settings lead to. */
async function openDynamoDB(settings: Settings, report: Pick<Report, 'phase'>, open: Opened): Promise<DynamoDBClient> {
  const dir = settings.write.localDir;
  if (dir === undefined) return open.client(makeDynamoDBClient(settings.aws));
  report.phase(`opening the DynamoDB in ${dir}`);
  const [{ openLocal }, { localClient }] = await Promise.all([import('./local/open.ts'), import('./local/client.ts')]);
  const local = await openLocal(dir);
  open.add(() => local.close());
  return open.client(localClient(local.endpoint));
}
