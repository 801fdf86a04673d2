import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toDynamoDBError } from '../errors/dynamodb.ts';
import { retry, whilePassing } from '../retry.ts';
import { LoaderError } from '../../errors.ts';
import { describeTable, type WaitOptions } from './describe.ts';
import type { KeyAttribute, KeyType, TableDescription } from '../../dynamodb/table.ts';

/** A key of a table to be; a type that is left open is S in a table that is made, any in one that is there. */
export interface WantedKey {
  readonly name: string;
  readonly type: KeyType | undefined;
}

export interface WantedTable {
  readonly name: string;
  readonly partitionKey: WantedKey;
  readonly sortKey: WantedKey | undefined;
}

/**
 * Makes an on-demand table and waits until it is ACTIVE; one that is there already is taken as it is.
 * @returns The table, and whether it was made.
 * @throws LoaderError TABLE_MISMATCH where it is there with other keys; TABLE_NOT_READY; and what
 * `toDynamoDBError` makes of other failures.
 */
export async function createTable(
  client: DynamoDBClient,
  wanted: WantedTable,
  options: WaitOptions = {},
): Promise<{ readonly table: TableDescription; readonly created: boolean }> {
  const found = await describeTable(client, wanted.name, options).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  const created = found === undefined && (await create(client, wanted, options));
  const table = found ?? (await describeNew(client, wanted.name, options));
  checkKeys(table, wanted);
  return { table, created };
}

/** @returns False where somebody else was quicker. */
async function create(client: DynamoDBClient, wanted: WantedTable, options: WaitOptions): Promise<boolean> {
  const { name, partitionKey, sortKey } = wanted;
  const keys = [partitionKey, ...(sortKey === undefined ? [] : [sortKey])];
  const command = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((key) => ({ AttributeName: key.name, AttributeType: key.type ?? 'S' })),
    KeySchema: keys.map((key, i) => ({ AttributeName: key.name, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
  });
  try {
    await client.send(command, options.stop && { abortSignal: options.stop });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceInUseException') return false;
    throw toDynamoDBError(error, { action: 'CreateTable', table: name });
  }
}

/** A table that has just been made may be unknown to DescribeTable for a moment (API reference, DescribeTable). */
const untilKnown = { firstMs: 500, longestMs: 500, forMs: 20_000 };

function describeNew(client: DynamoDBClient, name: string, options: WaitOptions): Promise<TableDescription> {
  return retry(() => describeTable(client, name, options), whilePassing(untilKnown, isNotFound), options);
}

function isNotFound(error: unknown): boolean {
  return error instanceof LoaderError && error.code === 'TABLE_NOT_FOUND';
}

function checkKeys(table: TableDescription, wanted: WantedTable): void {
  const isAsWanted = (is: KeyAttribute | undefined, want: WantedKey | undefined): boolean =>
    is?.name === want?.name && (want?.type === undefined || is?.type === want.type);
  if (isAsWanted(table.partitionKey, wanted.partitionKey) && isAsWanted(table.sortKey, wanted.sortKey)) return;
  const is = describeKeys(table.partitionKey, table.sortKey);
  const want = describeKeys(wanted.partitionKey, wanted.sortKey);
  throw new LoaderError(
    'TABLE_MISMATCH',
    `table ${table.name} is there already with other keys: it has ${is}, not ${want}`,
    {
      hint: 'Load into it without --create-table, with its own keys as columns, or name another table.',
    },
  );
}

function describeKeys(partitionKey: WantedKey, sortKey: WantedKey | undefined): string {
  const words = (key: WantedKey): string => (key.type === undefined ? key.name : `${key.name} (${key.type})`);
  return `partition key ${words(partitionKey)} and ${sortKey === undefined ? 'no sort key' : `sort key ${words(sortKey)}`}`;
}
