import { existsSync } from 'node:fs';
import type { KeyDefinition, TableDefinition } from '../aws/table/create.ts';
import type { KeyAttribute, TableDescription } from '../dynamodb/table.ts';
import { LoaderError } from '../errors.ts';
import { quoteNames } from '../text/quote-value.ts';
import type { Database } from './database.ts';
import type { ColumnAttribute } from './dependencies.ts';
import type { Settings } from './settings.ts';

/** Dependencies of `openTable`. */
export interface TableContext {
  readonly database: Database;
  readonly settings: Settings;
  readonly checkpointPath: string;
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * Finds the table to load into, or creates it if the settings allow it.
 * @param attributes in the order of the columns
 * @param assertLoadable called before the table is created, with its keys
 * @throws LoaderError KEY_COLUMN_MISSING; TYPE_CONFLICT if a key attribute cannot have its type; errors of
 * `describeTable` and `createTable`
 */
export async function openTable(
  context: TableContext,
  attributes: readonly ColumnAttribute[],
  assertLoadable: (table: TableDescription) => void,
): Promise<TableDescription> {
  const { database, settings, checkpointPath, stop } = context;
  const { partitionKey, createTable: canCreate } = settings.write;
  // Without --partition-key, an existing table is used with any keys.
  const acceptsAnyKeys = partitionKey === undefined;
  const isResuming = settings.report.onUnfinished === 'resume' && existsSync(checkpointPath);
  if (!canCreate || isResuming || acceptsAnyKeys) {
    try {
      return await database.describe({ stop });
    } catch (error) {
      if (!(error instanceof LoaderError && error.code === 'TABLE_NOT_FOUND' && canCreate)) throw error;
      // A new table would lack the items that were written before the checkpoint.
      if (isResuming) {
        const message = `table ${settings.table} does not exist, but the job of checkpoint ${checkpointPath} wrote to it`;
        const hint = 'Check --region and --endpoint-url, or start over with --restart.';
        throw new LoaderError('TABLE_NOT_FOUND', message, { hint });
      }
    }
  }
  const { sortKey } = settings.write;
  const keys = {
    partitionKey: findKey(partitionKey ?? attributes[0]?.name ?? '', attributes),
    sortKey: sortKey === undefined ? undefined : findKey(sortKey, attributes),
  };
  assertLoadable(describeNew(settings.table, keys));
  return createNew(context, keys);
}

/** The keys of a table to create. */
type NewKeys = Pick<TableDefinition, 'partitionKey' | 'sortKey'>;

/** Describes the table before it is created. A key without a type is S. */
function describeNew(name: string, { partitionKey, sortKey }: NewKeys): TableDescription {
  const typed = ({ name, type = 'S' }: KeyDefinition): KeyAttribute => ({ name, type });
  return {
    name,
    partitionKey: typed(partitionKey),
    sortKey: sortKey && typed(sortKey),
    indexKeys: [],
    provisionedWriteUnits: undefined,
  };
}

async function createNew(context: TableContext, keys: NewKeys): Promise<TableDescription> {
  const { database, settings, stop, say } = context;
  // Imported only here, because most tables exist.
  const { createTable } = await import('../aws/table/create.ts');
  const { table, created } = await createTable(await database.client(), { name: settings.table, ...keys }, { stop });
  if (created) {
    const withSortKey = table.sortKey === undefined ? '' : ` and sort key ${table.sortKey.name}`;
    const why =
      settings.write.partitionKey === undefined
        ? ' (the first column; use --partition-key to choose a different one)'
        : '';
    say(`created table ${table.name} with partition key ${table.partitionKey.name}${withSortKey}${why}`);
  }
  return table;
}

function findKey(name: string, attributes: readonly ColumnAttribute[]): KeyDefinition {
  const attribute = attributes.find((one) => one.name === name);
  if (attribute === undefined) {
    throw new LoaderError('KEY_COLUMN_MISSING', `no column maps to key attribute ${name}`, {
      hint: `Choose --partition-key and --sort-key from these attributes: ${quoteNames(attributes.map(({ name }) => name))}.`,
    });
  }
  const { type } = attribute;
  if (type === 'BOOL' || type === 'NULL') {
    throw new LoaderError('TYPE_CONFLICT', `key attribute ${name} cannot have type ${type}`, {
      hint: 'Use S, N or B in --types.',
    });
  }
  return { name, type };
}
