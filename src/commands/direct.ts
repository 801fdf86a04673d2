import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDynamoDBClient } from '../aws/clients.ts';
import { findWireEndpoint } from '../aws/endpoint.ts';
import { exitStatus, LoaderError, type ExitStatus } from '../errors.ts';
import { checkpointPathOf } from '../settle/job.ts';
import { load } from '../load.ts';
import { commandLine, programName } from '../options/command-line.ts';
import type { Given } from '../options/given.ts';
import { describeOptions, parseOptions } from '../options/parse.ts';
import { resolveDirect } from '../options/resolve.ts';
import type { Settings } from '../options/settings.ts';
import { optionsOf } from '../options/table.ts';
import type { Commands } from '../report/ending.ts';
import { failedSummary } from '../report/failed.ts';
import { chooseReport } from '../report/choose.ts';
import type { Report } from '../report/report.ts';
import type { Summary } from '../report/summary.ts';
import { openSources } from '../source/open.ts';
import { openWireClient } from '../wire/http-client.ts';
import { deliver } from './deliver.ts';
import { surroundingsOf, type Io } from './io.ts';
import { listenForStop } from './stop.ts';
import { openTable } from './table.ts';

/**
 * `csv2ddb direct`: settings → edges → load → summary → exit status.
 * @param operands the sources, as they were named.
 * @throws LoaderError USAGE before anything is opened; later ends are told by the summary.
 */
export async function direct(operands: readonly string[], given: Given, io: Io): Promise<ExitStatus> {
  const settings = resolveDirect(operands, given, surroundingsOf(io));
  const report = await chooseReport(settings.report, io.stderr, io.env);
  if (settings.report.verbose) tellSettings(given, settings, report);
  const stop = listenForStop(
    () => {
      report.say('stopping: waiting for what is on its way; once more to leave at once');
    },
    () => {
      report.end();
      io.exit(exitStatus.interrupted);
    },
  );
  try {
    const summary = await run(settings, report, stop.signal, io);
    report.end();
    return await deliver(summary, settings, commandsOf(settings, given, io), io);
  } finally {
    report.end();
    stop.close();
  }
}

/** Opens what a load needs, loads, and closes it all, whatever happens. */
async function run(settings: Settings, report: Report, stop: AbortSignal, io: Io): Promise<Summary> {
  const closers: (() => Promise<void> | void)[] = [];
  const startedMs = performance.now();
  try {
    const sources = await openSources(settings.sources, io.stdin);
    for (const source of sources) closers.push(() => source.close());
    const { client, close } = await openDynamoDB(settings, report);
    closers.push(close);
    return await load(settings, {
      sources,
      async openTable(attributes) {
        report.phase(`looking at table ${settings.table}`);
        const checkpointPath = checkpointPathOf(settings, sources);
        return openTable({ client, settings, checkpointPath, stop, say: report.say }, attributes);
      },
      async openClient() {
        const way = await findWireEndpoint(client, settings.table);
        const wire = openWireClient({ ...way, connections: settings.write.concurrency });
        closers.push(() => wire.close());
        return wire;
      },
      stop,
      begin: report.begin,
      say: report.say,
    });
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    return failedSummary(settings, error, (performance.now() - startedMs) / 1000);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** The way to DynamoDB: the one embedded here, or the one that the AWS settings lead to. */
async function openDynamoDB(
  settings: Settings,
  report: Report,
): Promise<{ client: DynamoDBClient; close: () => Promise<void> }> {
  const dir = settings.write.localDir;
  if (dir === undefined) {
    const client = makeDynamoDBClient(settings.aws);
    return {
      client,
      close: () => {
        client.destroy();
        return Promise.resolve();
      },
    };
  }
  report.phase(`opening the DynamoDB in ${dir}`);
  const [{ openLocal }, { localClient }] = await Promise.all([
    import('../local/open.ts'),
    import('../local/client.ts'),
  ]);
  const local = await openLocal(dir);
  const client = localClient(local.endpoint);
  return {
    client,
    close: async () => {
      client.destroy();
      await local.close();
    },
  };
}

function tellSettings(given: Given, settings: Settings, report: Report): void {
  const keys = optionsOf('direct').map(([key]) => key);
  report.say(`sources: ${settings.sources.join(', ')}`);
  for (const line of describeOptions(parseOptions(given), keys)) report.say(line);
}

/** How the user can go on from here. */
function commandsOf(settings: Settings, given: Given, io: Io): Commands {
  const program = programName(io.env);
  const { localDir } = settings.write;
  return {
    fromStdin: settings.sources.includes('-'),
    resume: (maxErrors) =>
      commandLine(program, 'direct', settings.sources, given, {
        resume: 'true',
        restart: undefined,
        ...(maxErrors === undefined ? {} : { maxErrors }),
      }),
    load: (files) =>
      commandLine(program, 'direct', files, given, {
        resume: undefined,
        restart: undefined,
        rejects: undefined,
        checkpoint: undefined,
      }),
    look: localDir === undefined ? undefined : commandLine(program, 'local', [localDir], new Map()),
  };
}
