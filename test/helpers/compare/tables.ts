import {
  type AttributeValue,
  CreateTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type KeyType as KeyRole,
  paginateScan,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { KeyType } from '../../../src/dynamodb/table.ts';
import { type Item, formatKey, formatValue } from './keys.ts';

/** A key attribute as `[name, type]`. */
export type Key = readonly [name: string, type: KeyType];

export interface TableDefinition {
  readonly name?: string;
  readonly partitionKey: Key;
  readonly sortKey?: Key;
  /** Global secondary indexes by name. */
  readonly indexes?: Readonly<Record<string, { readonly partitionKey: Key; readonly sortKey?: Key }>>;
}

let tables = 0;

/** Creates an on-demand table, waits until it is active and returns its name. */
export async function createTable(client: DynamoDBClient, plan: TableDefinition): Promise<string> {
  const name = plan.name ?? `table-${process.pid}-${++tables}`;
  const indexes = Object.entries(plan.indexes ?? {});
  const keys = [plan, ...indexes.map(([, index]) => index)].flatMap(({ partitionKey, sortKey }) =>
    sortKey === undefined ? [partitionKey] : [partitionKey, sortKey],
  );
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...new Map(keys)].map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: keySchema(plan),
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map(([IndexName, index]) => ({
          IndexName,
          KeySchema: keySchema(index),
          Projection: { ProjectionType: 'ALL' },
        })),
      }),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: name });
  return name;
}

function keySchema(keys: { readonly partitionKey: Key; readonly sortKey?: Key }): KeySchemaElement[] {
  const element = ([AttributeName]: Key, KeyType: KeyRole) => ({ AttributeName, KeyType });
  const hash = element(keys.partitionKey, 'HASH');
  return keys.sortKey === undefined ? [hash] : [hash, element(keys.sortKey, 'RANGE')];
}

/** Reads all items of a table, in DynamoDB JSON. */
export async function scanAll(client: DynamoDBClient, table: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    items.push(...(page.Items ?? []));
  }
  return items;
}

/** Maximum number of differences that are described. */
const differencesShown = 10;

/** Describes how the items of a table differ from the expected ones. Empty if all are equal. */
export function describeDifferences(
  expected: readonly Item[],
  actual: readonly Item[],
  keys: readonly string[],
): string[] {
  const found: string[] = [];
  const left = new Map(actual.map((item) => [formatKey(item, keys), item]));
  if (left.size !== actual.length) found.push(`the scan returned ${actual.length - left.size} keys twice`);
  for (const item of expected) {
    const key = formatKey(item, keys);
    const other = left.get(key);
    left.delete(key);
    if (other === undefined) {
      found.push(`${key}: not in the table`);
      continue;
    }
    for (const name of new Set([...Object.keys(item), ...Object.keys(other)])) {
      const expectedValue = formatValue(own(item, name));
      const actualValue = formatValue(own(other, name));
      if (expectedValue !== actualValue) {
        found.push(`${key}: ${name} is ${actualValue}, expected ${expectedValue}`);
      }
    }
  }
  for (const key of left.keys()) found.push(`${key}: in the table, not expected`);
  if (found.length <= differencesShown) return found;
  return [...found.slice(0, differencesShown), `… ${found.length} differences in all`];
}

/** Returns an own attribute: a name may be `constructor` or `__proto__`. */
function own(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}
