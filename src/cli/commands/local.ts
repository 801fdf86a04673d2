import { once } from 'node:events';
import { paginateListTables, paginateScan, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { exitStatus } from '../../errors.ts';
import { makeLocalClient, localCredentials, localRegion } from '../../load/local/client.ts';
import { openLocal } from '../../load/local/open.ts';
import { quoteArgument } from '../../options/command-line.ts';
import { resolveLocal, type LocalSettings } from '../../options/resolve.ts';
import { pluralize } from '../../text/format.ts';
import { writeLines } from '../../report/output.ts';
import { defineCommand, type RunContext, type RunOutcome } from '../run-command.ts';

/**
 * `csv2ddb local`: serves the tables that `--local` loaded, until it is stopped.
 * @throws LoaderError USAGE, LOCAL_FOLDER_LOCKED, LOCAL_UNAVAILABLE
 */
export const local = defineCommand({ name: 'local', resolve: resolveLocal, run: serve });

async function serve(
  { dir, port, json, quiet }: LocalSettings,
  { io, listenForStop }: RunContext,
): Promise<RunOutcome> {
  const stop = listenForStop(undefined, exitStatus.done);
  const served = await openLocal(dir, port);
  const client = makeLocalClient(served.endpoint);
  try {
    const names = await listTables(client);
    const say = async (lines: readonly string[]): Promise<void> => {
      if (!quiet) await writeLines(json ? io.stderr : io.stdout, lines);
    };
    await say(describe(dir, served.endpoint, names));
    // Counting reads every item, so the endpoint is printed first.
    const tables: { name: string; items: number }[] = [];
    const width = Math.max(0, ...names.map((name) => name.length));
    for (const name of names) {
      const items = await countItems(client, name, stop);
      tables.push({ name, items });
      if (!stop.aborted) await say([`  ${name.padEnd(width)}  ${pluralize(items, 'item')}`]);
    }
    if (json) await writeLines(io.stdout, [JSON.stringify({ endpoint: served.endpoint, tables })]);
    if (!stop.aborted) await once(stop, 'abort');
    return { exitStatus: exitStatus.done };
  } finally {
    client.destroy();
    await served.close();
  }
}

async function listTables(client: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateListTables({ client }, {})) names.push(...(page.TableNames ?? []));
  return names;
}

/** Counts with a scan: the embedded DynamoDB always returns 0 as the ItemCount of DescribeTable. */
async function countItems(client: DynamoDBClient, table: string, stop: AbortSignal): Promise<number> {
  let count = 0;
  for await (const page of paginateScan({ client }, { TableName: table, Select: 'COUNT' })) {
    count += page.Count ?? 0;
    if (stop.aborted) break;
  }
  return count;
}

function describe(dir: string, endpoint: string, tables: readonly string[]): string[] {
  const example = quoteArgument(tables[0] ?? 'people', process.platform);
  const scan = `aws dynamodb scan --table-name ${example} --endpoint-url ${endpoint} --region ${localRegion}`;
  const { accessKeyId, secretAccessKey } = localCredentials;
  const credentials = `AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`;
  return [
    `DynamoDB in ${dir} at ${endpoint} (press Ctrl-C to stop)`,
    '',
    'Use any client. The credentials can be anything, but must be set:',
    // A POSIX shell sets variables in front of a command.
    ...(process.platform === 'win32' ? [`  (set ${credentials})`, `  ${scan}`] : [`  ${credentials} ${scan}`]),
    '',
    tables.length === 0 ? 'There are no tables yet.' : 'Tables:',
  ];
}
