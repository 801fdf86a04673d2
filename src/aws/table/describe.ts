import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toDynamoDBError } from '../errors/dynamodb.ts';
import { retry, backoffWhile } from '../retry.ts';
import { LoaderError } from '../../errors.ts';
import type { TableDescription } from '../../dynamodb/table.ts';
import { isReady, readDescription } from './description.ts';

export interface WaitOptions {
  /** When aborted, the wait ends with INTERRUPTED. */
  readonly stop?: AbortSignal | undefined;
  /** Maximum milliseconds to wait for a table that is being created. Default: 300,000. */
  readonly waitMs?: number | undefined;
}

const defaultWaitMs = 300_000;
const waits = { firstMs: 100, longestMs: 2_000 };

/**
 * Describes a table that accepts writes. Waits for a table that is being created.
 * @throws LoaderError TABLE_NOT_FOUND; TABLE_NOT_READY if the table is being deleted, is archived, or is not created in time;
 * and the other errors of `toDynamoDBError`.
 */
export async function describeTable(
  client: DynamoDBClient,
  name: string,
  options: WaitOptions = {},
): Promise<TableDescription> {
  const { stop, waitMs = defaultWaitMs } = options;
  let beingCreated: LoaderError | undefined;
  const describe = async (): Promise<TableDescription> => {
    const command = new DescribeTableCommand({ TableName: name });
    const { Table: table } = await client.send(command, stop && { abortSignal: stop });
    if (table !== undefined && isReady(table)) return readDescription(name, table);
    const state = table?.TableStatus ?? 'unknown';
    const notReady = new LoaderError('TABLE_NOT_READY', `table ${name} is ${state}`, {
      hint: 'Wait until the table is ACTIVE, then try again.',
    });
    if (state === 'CREATING') beingCreated = notReady;
    throw notReady;
  };
  const whileBeingCreated = backoffWhile({ ...waits, forMs: waitMs }, (error) => error === beingCreated);
  return retry(describe, whileBeingCreated, { stop }).catch((error: unknown) => {
    throw toDynamoDBError(error, { action: 'DescribeTable', table: name });
  });
}
