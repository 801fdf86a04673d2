import { existsSync } from 'node:fs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTable, type WantedKey } from '../aws/table/create.ts';
import { describeTable } from '../aws/table/describe.ts';
import type { TableDescription } from '../dynamodb/table.ts';
import { LoaderError } from '../errors.ts';
import { listNames } from '../text/quote-value.ts';
import type { ColumnAttribute } from './dependencies.ts';
import type { Settings } from './settings.ts';

/** What finding or making a table takes, and whom it tells. */
export interface TableContext {
  readonly client: DynamoDBClient;
  readonly settings: Settings;
  readonly checkpointPath: string;
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * The table to load into: found, or made where the settings say so.
 * @param attributes in the order of the columns.
 * @throws LoaderError KEY_COLUMN_MISSING, TYPE_CONFLICT (a key cannot have the type), and those of
 * `describeTable` and `createTable`
 */
export async function openTable(
  context: TableContext,
  attributes: readonly ColumnAttribute[],
): Promise<TableDescription> {
  const { client, settings, checkpointPath, stop } = context;
  const { partitionKey, createTable: mayCreate } = settings.write;
  // A table whose keys are not named is taken as it is.
  const isTakenAsItIs = partitionKey === undefined;
  const isGoingOn = settings.report.onUnfinished === 'resume' && existsSync(checkpointPath);
  if (!mayCreate || isGoingOn || isTakenAsItIs) {
    try {
      return await describeTable(client, settings.table, { stop });
    } catch (error) {
      if (!(error instanceof LoaderError && error.code === 'TABLE_NOT_FOUND' && mayCreate)) throw error;
      // A table made anew would lack all that was written before the checkpoint.
      if (isGoingOn) {
        const message = `table ${settings.table} is not there, but ${checkpointPath} is of a job that wrote to it`;
        const hint = 'load it all again with --restart, or check --region and --endpoint-url';
        throw new LoaderError('TABLE_NOT_FOUND', message, { hint });
      }
    }
  }
  return make(context, attributes);
}

async function make(context: TableContext, attributes: readonly ColumnAttribute[]): Promise<TableDescription> {
  const { client, settings, stop, say } = context;
  const { partitionKey, sortKey } = settings.write;
  const { table, created } = await createTable(
    client,
    {
      name: settings.table,
      partitionKey: keyNamed(partitionKey ?? attributes[0]?.name ?? '', attributes),
      sortKey: sortKey === undefined ? undefined : keyNamed(sortKey, attributes),
    },
    { stop },
  );
  if (created) {
    const bySortKey = table.sortKey === undefined ? '' : ` and sort key ${table.sortKey.name}`;
    const why = partitionKey === undefined ? ' (the first column; --partition-key names another one)' : '';
    say(`made table ${table.name} with partition key ${table.partitionKey.name}${bySortKey}${why}`);
  }
  return table;
}

function keyNamed(name: string, attributes: readonly ColumnAttribute[]): WantedKey {
  const attribute = attributes.find((one) => one.name === name);
  if (attribute === undefined) {
    throw new LoaderError('KEY_COLUMN_MISSING', `no column makes the key attribute ${name}`, {
      hint: `attributes are ${listNames(attributes.map((one) => one.name))}; --partition-key and --sort-key name attributes`,
    });
  }
  const { type } = attribute;
  if (type === 'BOOL' || type === 'NULL') {
    throw new LoaderError('TYPE_CONFLICT', `key attribute ${name} cannot have the type ${type}`, {
      hint: 'a key is S, N or B: change --types',
    });
  }
  return { name, type };
}
