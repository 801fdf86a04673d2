import { paginateListTables, paginateScan, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { exitStatus, type ExitStatus } from '../../errors.ts';
import { localClient, localCredentials, localRegion } from '../../load/local/client.ts';
import { openLocal } from '../../load/local/open.ts';
import { quoteArgument } from '../../options/command-line.ts';
import { readConfig } from '../../options/config/config.ts';
import type { Given } from '../../options/raw-options.ts';
import { resolveLocal } from '../../options/resolve.ts';
import { plural } from '../../text/format.ts';
import { writeOut } from '../../report/output.ts';
import { surroundingsOf, type Io } from '../io.ts';
import { listenForStop } from '../stop-signals.ts';

/**
 * `csv2ddb local`: serves what `--local` loaded, until it is asked to stop.
 * @throws LoaderError USAGE, LOCAL_FOLDER_LOCKED, LOCAL_UNAVAILABLE
 */
export async function local(dir: string | undefined, flags: Given, io: Io): Promise<ExitStatus> {
  const { given, problems } = await readConfig([], flags);
  const settings = resolveLocal(dir, given, surroundingsOf(io), problems);
  const stop = listenForStop(
    () => undefined,
    () => {
      io.exit(exitStatus.done);
    },
  );
  try {
    const served = await openLocal(settings.dir, settings.port);
    const client = localClient(served.endpoint);
    try {
      const names = await listTables(client);
      const say = (text: string): Promise<void> => writeOut(settings.json ? io.stderr : io.stdout, text);
      if (!settings.quiet) await say(describe(settings.dir, served.endpoint, names));
      // Counting reads every item: what can be used at once has been said before.
      const tables: { name: string; items: number }[] = [];
      const width = Math.max(0, ...names.map((name) => name.length));
      for (const name of names) {
        const items = await countItems(client, name, stop.signal);
        tables.push({ name, items });
        if (!settings.quiet && !stop.signal.aborted) await say(`  ${name.padEnd(width)}  ${plural(items, 'item')}\n`);
      }
      if (settings.json) await writeOut(io.stdout, `${JSON.stringify({ endpoint: served.endpoint, tables })}\n`);
      await stopped(stop.signal);
    } finally {
      client.destroy();
      await served.close();
    }
  } finally {
    stop.close();
  }
  return exitStatus.done;
}

async function listTables(client: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateListTables({ client }, {})) names.push(...(page.TableNames ?? []));
  return names;
}

/** The ItemCount of DescribeTable is 0 here, whatever the table holds. */
async function countItems(client: DynamoDBClient, table: string, stop: AbortSignal): Promise<number> {
  let count = 0;
  for await (const page of paginateScan({ client }, { TableName: table, Select: 'COUNT' })) {
    count += page.Count ?? 0;
    if (stop.aborted) break;
  }
  return count;
}

function describe(dir: string, endpoint: string, tables: readonly string[]): string {
  const example = quoteArgument(tables[0] ?? 'people', process.platform);
  const scan = `aws dynamodb scan --table-name ${example} --endpoint-url ${endpoint} --region ${localRegion}`;
  const { accessKeyId, secretAccessKey } = localCredentials;
  const credentials = `AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`;
  const lines = [
    `DynamoDB in ${dir} at ${endpoint}, until Ctrl-C`,
    '',
    'Look at it with any client. It asks for credentials, but takes any:',
    // A POSIX shell takes variables in front of a command.
    ...(process.platform === 'win32' ? [`  (set ${credentials})`, `  ${scan}`] : [`  ${credentials} ${scan}`]),
    '',
    tables.length === 0 ? 'There are no tables yet.' : 'Tables:',
  ];
  return `${lines.join('\n')}\n`;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
