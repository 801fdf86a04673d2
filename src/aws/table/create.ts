import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toDynamoDBError } from '../errors/dynamodb.ts';
import { retry, backoffWhile } from '../retry.ts';
import { LoaderError } from '../../errors.ts';
import { describeTable, type WaitOptions } from './describe.ts';
import type { KeyAttribute, KeyType, TableDescription } from '../../dynamodb/table.ts';

/** A key attribute. An undefined type means S for a new table, and any type for an existing one. */
export interface KeyDefinition {
  readonly name: string;
  readonly type: KeyType | undefined;
}

export interface TableDefinition {
  readonly name: string;
  readonly partitionKey: KeyDefinition;
  readonly sortKey: KeyDefinition | undefined;
}

/**
 * Creates an on-demand table and waits until it is ACTIVE. Uses the table unchanged if it already exists.
 * @returns The table, and whether it was created.
 * @throws LoaderError TABLE_MISMATCH if the existing table has different keys; TABLE_NOT_READY; and the errors of
 * `toDynamoDBError`.
 */
export async function createTable(
  client: DynamoDBClient,
  definition: TableDefinition,
  options: WaitOptions = {},
): Promise<{ readonly table: TableDescription; readonly created: boolean }> {
  const existing = await describeTable(client, definition.name, options).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  const created = existing === undefined && (await create(client, definition, options));
  const table = existing ?? (await describeNewTable(client, definition.name, options));
  checkKeys(table, definition);
  return { table, created };
}

/** @returns False if another process created the table first. */
async function create(client: DynamoDBClient, definition: TableDefinition, options: WaitOptions): Promise<boolean> {
  const { name, partitionKey, sortKey } = definition;
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

/** DescribeTable may not find a new table for a moment (API reference, DescribeTable). */
const untilFound = { firstMs: 500, longestMs: 500, forMs: 20_000 };

function describeNewTable(client: DynamoDBClient, name: string, options: WaitOptions): Promise<TableDescription> {
  return retry(() => describeTable(client, name, options), backoffWhile(untilFound, isNotFound), options);
}

function isNotFound(error: unknown): boolean {
  return error instanceof LoaderError && error.code === 'TABLE_NOT_FOUND';
}

function checkKeys(table: TableDescription, definition: TableDefinition): void {
  const matches = (actual: KeyAttribute | undefined, expected: KeyDefinition | undefined): boolean =>
    actual?.name === expected?.name && (expected?.type === undefined || actual?.type === expected.type);
  if (matches(table.partitionKey, definition.partitionKey) && matches(table.sortKey, definition.sortKey)) return;
  const actual = describeKeys(table.partitionKey, table.sortKey);
  const expected = describeKeys(definition.partitionKey, definition.sortKey);
  throw new LoaderError(
    'TABLE_MISMATCH',
    `table ${table.name} already exists with different keys: it has ${actual}, not ${expected}`,
    {
      hint: 'Omit --create-table, --partition-key and --sort-key to load into this table, or choose a different table name.',
    },
  );
}

function describeKeys(partitionKey: KeyDefinition, sortKey: KeyDefinition | undefined): string {
  const describe = ({ name, type }: KeyDefinition): string => (type === undefined ? name : `${name} (${type})`);
  return `partition key ${describe(partitionKey)} and ${sortKey === undefined ? 'no sort key' : `sort key ${describe(sortKey)}`}`;
}
