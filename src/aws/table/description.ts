import type { KeySchemaElement, TableDescription as SdkTable } from '@aws-sdk/client-dynamodb';
import { LoaderError } from '../../errors.ts';
import type { KeyAttribute, KeyType, TableDescription } from '../../dynamodb/table.ts';

/** States in which a table accepts writes. UPDATING (of capacity or an index) does not prevent them. */
const readyStates: ReadonlySet<string> = new Set(['ACTIVE', 'UPDATING']);

/** Whether the table accepts writes. */
export function isReady({ TableStatus: state }: SdkTable): boolean {
  return state !== undefined && readyStates.has(state);
}

/**
 * Extracts what the loader needs from a DescribeTable response. An attribute that is the partition key of one index and the
 * sort key of another is listed once for each role.
 */
export function readDescription(name: string, table: SdkTable): TableDescription {
  const incomplete = (missing: string): LoaderError =>
    new LoaderError('TABLE_NOT_READY', `the description of table ${name} has no ${missing}`);
  const typeOf = (attribute: string): KeyType => {
    const type = table.AttributeDefinitions?.find((one) => one.AttributeName === attribute)?.AttributeType;
    if (type === 'S' || type === 'N' || type === 'B') return type;
    throw incomplete(`type for key attribute ${attribute}`);
  };
  const keyOf = (role: KeySchemaElement['KeyType']): KeyAttribute | undefined => {
    const key = table.KeySchema?.find((one) => one.KeyType === role)?.AttributeName;
    return key === undefined ? undefined : { name: key, type: typeOf(key) };
  };
  const partitionKey = keyOf('HASH');
  if (partitionKey === undefined) throw incomplete('partition key');
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
    provisionedWriteUnits: tableWriteUnits(table),
    indexWriteUnits: indexWriteUnits(table),
  };
}

/** Emulators report 0 provisioned units for an on-demand table, with or without a BillingModeSummary. */
function tableWriteUnits(table: SdkTable): number | undefined {
  if (table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST') return undefined;
  return table.ProvisionedThroughput?.WriteCapacityUnits || undefined;
}

function indexWriteUnits(table: SdkTable): Map<string, number> | undefined {
  if (tableWriteUnits(table) === undefined) return undefined;
  const units = new Map<string, number>();
  for (const { IndexName: name, ProvisionedThroughput: throughput } of table.GlobalSecondaryIndexes ?? []) {
    if (name !== undefined && throughput?.WriteCapacityUnits) units.set(name, throughput.WriteCapacityUnits);
  }
  return units.size === 0 ? undefined : units;
}
