import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { WaitOptions } from '../aws/table/describe.ts';
import type { TableDescription } from '../dynamodb/table.ts';
import { rejectOnAbort } from './reject-on-abort.ts';
import type { Settings } from './settings.ts';
import type { WireClient } from './wire/client.ts';
import { maxSockets, openWireClient } from './wire/http-client.ts';
import type { WireEndpoint } from './wire/endpoint.ts';

/** The DynamoDB of a load. */
export interface Database {
  /** The client of the SDK, for everything that is not a method here. */
  readonly client: () => Promise<DynamoDBClient>;
  /** Describes the table of the load. @throws LoaderError see `describeTable` */
  describe(options: WaitOptions): Promise<TableDescription>;
  /** Called once. @throws LoaderError see `openWire` */
  openWire(): Promise<WireClient>;
  /** Closes the connections of the wire client. The caller destroys the client of the SDK. */
  close(): Promise<void>;
}

type DatabaseSettings = Pick<Settings, 'table' | 'write'>;

/** Uses the SDK to describe the table, and to find the endpoint of the writes. */
export function openSdkDatabase(client: DynamoDBClient, settings: DatabaseSettings, env: NodeJS.ProcessEnv): Database {
  let wire: WireClient | undefined;
  return {
    client: () => Promise.resolve(client),
    describe: (options) => describeWithSdk(client, settings.table, options),
    async openWire() {
      const { openWire } = await import('./wire/open-wire.ts');
      wire = await openWire(client, settings, env);
      return wire;
    },
    close: async () => wire?.close(),
  };
}

/**
 * Uses one endpoint for all requests, and loads the SDK only if the table is not described by the first response: the SDK then
 * describes it again, retries, and explains the failure.
 * @param makeClient makes the client of the SDK. Called at most once.
 */
export function openPlainDatabase(
  endpoint: WireEndpoint,
  makeClient: () => Promise<DynamoDBClient>,
  { table, write }: DatabaseSettings,
  env: NodeJS.ProcessEnv,
): Database {
  const wire = openWireClient({ ...endpoint, connections: maxSockets(write), env });
  let made: Promise<DynamoDBClient> | undefined;
  const client = (): Promise<DynamoDBClient> => (made ??= makeClient());
  return {
    client,
    async describe(options) {
      const { stop = new AbortController().signal } = options;
      const described = await rejectOnAbort(wire.tryDescribe(table), stop).catch(() => undefined);
      return described ?? describeWithSdk(await client(), table, options);
    },
    openWire: () => Promise.resolve(wire),
    close: () => wire.close(),
  };
}

async function describeWithSdk(client: DynamoDBClient, table: string, options: WaitOptions): Promise<TableDescription> {
  const { describeTable } = await import('../aws/table/describe.ts');
  return describeTable(client, table, options);
}
