import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTableCommand,
  type TableDescription as SdkTable,
} from '@aws-sdk/client-dynamodb';
import { readDescription } from '../../../aws/table/description.ts';
import type { KeyAttribute } from '../../../dynamodb/table.ts';
import { makeSender, waitUntil } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Definition, Json, Properties, ResourceHandler } from '../resource.ts';
import { tableArn } from '../../arns.ts';
import type { Location, Spec } from '../spec.ts';
import { findOwnership, tagList } from './tags.ts';

const ignore = ['ResourceNotFoundException'];

/** Long enough for large tables and high capacities. */
const maxWaitMs = 600_000;

const keyProperties = ['partition key', 'sort key'];

export function defineTable({ settings, facts }: Spec): Definition {
  const { partitionKey, sortKey, units } = settings;
  const [partitionType = 'S', sortType = 'S'] = facts.keyTypes;
  const properties = {
    'partition key': { name: partitionKey, type: partitionType },
    'sort key': sortKey === undefined ? null : { name: sortKey, type: sortType },
    capacity: units === undefined ? 'on-demand' : { ...units },
  };
  return { properties, ifAdopted: keyProperties, fixed: keyProperties };
}

/** Returns the table in any status; undefined if it does not exist. */
export async function findTable(name: string, { dynamodb }: Clients): Promise<SdkTable | undefined> {
  const command = new DescribeTableCommand({ TableName: name });
  return (await makeSender(dynamodb, `table ${name}`)('dynamodb:DescribeTable', command, { ignore }))?.Table;
}

/** The table that a pipeline loads into. Its keys never change, because it contains data. */
export function makeTableHandler({ names: { base }, place, table: name }: Location, clients: Clients): ResourceHandler {
  const arn = tableArn(place, name);
  const send = makeSender(clients.dynamodb, `table ${name}`);
  const describe = () => findTable(name, clients);
  const isGone = async (): Promise<boolean> => (await describe()) === undefined;
  const waitUntilActive = (): Promise<void> =>
    waitUntil(async () => (await describe())?.TableStatus === 'ACTIVE', `table ${name} to become ACTIVE`, maxWaitMs);

  return {
    async read() {
      const table = await describe();
      // A table that is being deleted counts as deleted: `create` waits until DynamoDB accepts the name.
      if (table === undefined || table.TableStatus === 'DELETING') return undefined;
      const listTags = new ListTagsOfResourceCommand({ ResourceArn: arn });
      const { Tags: tags } = await send('dynamodb:ListTagsOfResource', listTags);
      const { partitionKey, sortKey } = readDescription(name, table);
      return {
        ownership: findOwnership(base, tags),
        properties: {
          'partition key': { ...partitionKey },
          'sort key': sortKey === undefined ? null : { ...sortKey },
          capacity: readCapacity(table),
        },
      };
    },
    async create(properties) {
      const keys = [properties['partition key'], properties['sort key']].filter(
        (key) => key !== null,
      ) as unknown as KeyAttribute[];
      const command = new CreateTableCommand({
        TableName: name,
        AttributeDefinitions: keys.map((key) => ({ AttributeName: key.name, AttributeType: key.type })),
        KeySchema: keys.map((key, index) => ({ AttributeName: key.name, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
        ...buildBilling(properties),
        Tags: tagList(base, 'made'),
      });
      // A table of the same name may still be being deleted.
      await send('dynamodb:CreateTable', command, { retryOn: /^ResourceInUseException:/, retryForMs: maxWaitMs });
      await waitUntilActive();
    },
    async change(properties) {
      const command = new UpdateTableCommand({ TableName: name, ...buildBilling(properties) });
      await send('dynamodb:UpdateTable', command);
      await waitUntilActive();
    },
    adopt: () =>
      send('dynamodb:TagResource', new TagResourceCommand({ ResourceArn: arn, Tags: tagList(base, 'adopted') })),
    async delete() {
      await send('dynamodb:DeleteTable', new DeleteTableCommand({ TableName: name }), { ignore });
      await waitUntil(isGone, `table ${name} to be deleted`, maxWaitMs);
    },
    release: () =>
      send('dynamodb:UntagResource', new UntagResourceCommand({ ResourceArn: arn, TagKeys: [base] }), { ignore }),
  };
}

function readCapacity({ BillingModeSummary: billing, ProvisionedThroughput: units }: SdkTable): Json {
  const write = units?.WriteCapacityUnits ?? 0;
  // Emulators may omit the billing mode. A provisioned table has at least one unit.
  if (billing?.BillingMode === 'PAY_PER_REQUEST' || write === 0) return 'on-demand';
  return { write, read: units?.ReadCapacityUnits ?? 0 };
}

function buildBilling({ capacity }: Properties) {
  if (typeof capacity !== 'object' || capacity === null || Array.isArray(capacity)) {
    return { BillingMode: 'PAY_PER_REQUEST' as const };
  }
  const { write, read } = capacity as { readonly write: number; readonly read: number };
  return {
    BillingMode: 'PROVISIONED' as const,
    ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write },
  };
}
