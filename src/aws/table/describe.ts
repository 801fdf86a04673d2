import { setTimeout as delay } from 'node:timers/promises';
import {
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type TableDescription as SdkTable,
} from '@aws-sdk/client-dynamodb';
import { toLoaderError } from '../sdk-errors.ts';
import { LoaderError } from '../../errors.ts';
import type { KeyAttribute, KeyType, TableDescription } from '../../dynamodb/table.ts';

export interface WaitOptions {
  /** Aborted: the wait ends as INTERRUPTED. */
  readonly stop?: AbortSignal | undefined;
  /** Milliseconds to wait at most for a table that is being made. Default 300,000. */
  readonly waitMs?: number | undefined;
}

const defaultWaitMs = 300_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;

/** A table takes writes in these; UPDATING (capacity, an index) does not stop them. */
const readyStates: ReadonlySet<string> = new Set(['ACTIVE', 'UPDATING']);

/**
 * Describes a table that takes writes, waiting for one that is being made.
 * @throws LoaderError TABLE_NOT_FOUND; TABLE_NOT_READY where it is being deleted, is archived, or is not made in time;
 * and what `toLoaderError` makes of other failures.
 */
export async function describeTable(
  client: DynamoDBClient,
  name: string,
  options: WaitOptions = {},
): Promise<TableDescription> {
  const { stop, waitMs = defaultWaitMs } = options;
  const endMs = performance.now() + waitMs;
  try {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      const { Table: table } = await client.send(
        new DescribeTableCommand({ TableName: name }),
        stop === undefined ? {} : { abortSignal: stop },
      );
      const state = table?.TableStatus ?? 'unknown';
      if (table !== undefined && readyStates.has(state)) return readDescription(name, table);
      if (state !== 'CREATING' || performance.now() + pauseMs > endMs) {
        throw new LoaderError('TABLE_NOT_READY', `table ${name} is ${state}`, { hint: 'Try again when it is ACTIVE.' });
      }
      await delay(pauseMs, undefined, stop === undefined ? {} : { signal: stop });
    }
  } catch (error) {
    throw toLoaderError(error, { action: 'DescribeTable', table: name });
  }
}

/**
 * What the loader needs of DescribeTable's answer. An attribute that is a partition key of one index and a
 * sort key of another is listed once for each role.
 */
export function readDescription(name: string, table: SdkTable): TableDescription {
  const typeOf = (attribute: string): KeyType => {
    const type = table.AttributeDefinitions?.find((one) => one.AttributeName === attribute)?.AttributeType;
    if (type === 'S' || type === 'N' || type === 'B') return type;
    throw new LoaderError('TABLE_NOT_READY', `table ${name} does not say what type its key attribute ${attribute} has`);
  };
  const keyOf = (role: KeySchemaElement['KeyType']): KeyAttribute | undefined => {
    const key = table.KeySchema?.find((one) => one.KeyType === role)?.AttributeName;
    return key === undefined ? undefined : { name: key, type: typeOf(key) };
  };
  const partitionKey = keyOf('HASH');
  if (partitionKey === undefined)
    throw new LoaderError('TABLE_NOT_READY', `table ${name} does not say what its key is`);
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
