import {
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type TableDescription as SdkTable,
} from '@aws-sdk/client-dynamodb';
import { toDynamoDBError } from '../errors/dynamodb.ts';
import { retry, whilePassing } from '../retry.ts';
import { LoaderError } from '../../errors.ts';
import type { KeyAttribute, KeyType, TableDescription } from '../../dynamodb/table.ts';

export interface WaitOptions {
  /** Aborted: the wait ends as INTERRUPTED. */
  readonly stop?: AbortSignal | undefined;
  /** Milliseconds to wait at most for a table that is being made. Default 300,000. */
  readonly waitMs?: number | undefined;
}

const defaultWaitMs = 300_000;
const waits = { firstMs: 100, longestMs: 2_000 };

/** A table takes writes in these; UPDATING (capacity, an index) does not stop them. */
const readyStates: ReadonlySet<string> = new Set(['ACTIVE', 'UPDATING']);

/**
 * Describes a table that takes writes, waiting for one that is being made.
 * @throws LoaderError TABLE_NOT_FOUND; TABLE_NOT_READY where it is being deleted, is archived, or is not made in time;
 * and what `toDynamoDBError` makes of other failures.
 */
export async function describeTable(
  client: DynamoDBClient,
  name: string,
  options: WaitOptions = {},
): Promise<TableDescription> {
  const { stop, waitMs = defaultWaitMs } = options;
  let beingMade: LoaderError | undefined;
  const describe = async (): Promise<TableDescription> => {
    const command = new DescribeTableCommand({ TableName: name });
    const { Table: table } = await client.send(command, stop && { abortSignal: stop });
    const state = table?.TableStatus ?? 'unknown';
    if (table !== undefined && readyStates.has(state)) return readDescription(name, table);
    const notReady = new LoaderError('TABLE_NOT_READY', `table ${name} is ${state}`, {
      hint: 'Try again when it is ACTIVE.',
    });
    if (state === 'CREATING') beingMade = notReady;
    throw notReady;
  };
  const whileBeingMade = whilePassing({ ...waits, forMs: waitMs }, (error) => error === beingMade);
  return retry(describe, whileBeingMade, { stop }).catch((error: unknown) => {
    throw toDynamoDBError(error, { action: 'DescribeTable', table: name });
  });
}

/**
 * What the loader needs of DescribeTable's answer. An attribute that is a partition key of one index and a
 * sort key of another is listed once for each role.
 */
export function readDescription(name: string, table: SdkTable): TableDescription {
  const incomplete = (what: string): LoaderError =>
    new LoaderError('TABLE_NOT_READY', `table ${name} does not say what ${what}`);
  const typeOf = (attribute: string): KeyType => {
    const type = table.AttributeDefinitions?.find((one) => one.AttributeName === attribute)?.AttributeType;
    if (type === 'S' || type === 'N' || type === 'B') return type;
    throw incomplete(`type its key attribute ${attribute} has`);
  };
  const keyOf = (role: KeySchemaElement['KeyType']): KeyAttribute | undefined => {
    const key = table.KeySchema?.find((one) => one.KeyType === role)?.AttributeName;
    return key === undefined ? undefined : { name: key, type: typeOf(key) };
  };
  const partitionKey = keyOf('HASH');
  if (partitionKey === undefined) throw incomplete('its key is');
  const sortKey = keyOf('RANGE');

  const indexKeys = new Map<string, TableDescription['indexKeys'][number]>();
  for (const index of [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]) {
    for (const { AttributeName: key, KeyType: keyType } of index.KeySchema ?? []) {
      if (key === undefined || key === partitionKey.name || key === sortKey?.name) continue;
      const role = keyType === 'HASH' ? 'partition' : 'sort';
      indexKeys.set(`${role} ${key}`, { name: key, type: typeOf(key), role });
    }
  }
  return {
    name,
    arn: table.TableArn,
    partitionKey,
    sortKey,
    indexKeys: [...indexKeys.values()],
    provisionedWriteUnits: provisioned(table),
    indexWriteUnits: provisionedIndexes(table),
  };
}

/** Emulators give an on-demand table 0 provisioned units, with and without a BillingModeSummary. */
function provisioned(table: SdkTable): number | undefined {
  if (table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST') return undefined;
  return table.ProvisionedThroughput?.WriteCapacityUnits || undefined;
}

function provisionedIndexes(table: SdkTable): Map<string, number> | undefined {
  if (provisioned(table) === undefined) return undefined;
  const units = new Map<string, number>();
  for (const { IndexName: name, ProvisionedThroughput: throughput } of table.GlobalSecondaryIndexes ?? []) {
    if (name !== undefined && throughput?.WriteCapacityUnits) units.set(name, throughput.WriteCapacityUnits);
  }
  return units.size === 0 ? undefined : units;
}
