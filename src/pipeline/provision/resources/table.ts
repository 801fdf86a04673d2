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
import { readDescription } from '../../../aws/table/describe.ts';
import type { KeyAttribute } from '../../../dynamodb/table.ts';
import { askAbout, until } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Json, Resource, Properties } from '../resource.ts';
import { tableArn } from '../../arns.ts';
import type { Location, Spec } from '../spec.ts';
import { markIn, tagList } from './tags.ts';

const absent = ['ResourceNotFoundException'];

/** One of many items, or of much capacity, takes its time. */
const longestWaitMs = 600_000;

const keys = ['partition key', 'sort key'];

export function desiredTable({ settings, facts }: Spec) {
  const { partitionKey, sortKey, units } = settings;
  const [partitionType = 'S', sortType = 'S'] = facts.keyTypes;
  const properties = {
    'partition key': { name: partitionKey, type: partitionType },
    'sort key': sortKey === undefined ? null : { name: sortKey, type: sortType },
    capacity: units === undefined ? 'on-demand' : { ...units },
  };
  return { properties, ofAdopted: keys, fixed: keys };
}

/** The table, whatever its state; undefined where there is none. */
export async function findTable(name: string, { dynamodb }: Clients): Promise<SdkTable | undefined> {
  const command = new DescribeTableCommand({ TableName: name });
  return (await askAbout(dynamodb, `table ${name}`)('dynamodb:DescribeTable', command, { absent }))?.Table;
}

/** The table that a pipeline loads into. Its keys never change: it holds data. */
export function tableResource({ names: { base }, place, table: name }: Location, clients: Clients): Resource {
  const arn = tableArn(place, name);
  const ask = askAbout(clients.dynamodb, `table ${name}`);
  const describe = () => findTable(name, clients);
  const isGone = async (): Promise<boolean> => (await describe()) === undefined;
  const untilActive = (): Promise<void> =>
    until(async () => (await describe())?.TableStatus === 'ACTIVE', `table ${name} to become ACTIVE`, longestWaitMs);

  return {
    async read() {
      const table = await describe();
      // One that is being deleted is none: whoever makes it waits until it is gone.
      if (table === undefined || table.TableStatus === 'DELETING') return undefined;
      const listTags = new ListTagsOfResourceCommand({ ResourceArn: arn });
      const { Tags: tags } = await ask('dynamodb:ListTagsOfResource', listTags);
      const { partitionKey, sortKey } = readDescription(name, table);
      return {
        mark: markIn(base, tags),
        properties: {
          'partition key': { ...partitionKey },
          'sort key': sortKey === undefined ? null : { ...sortKey },
          capacity: capacityOf(table),
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
        KeySchema: keys.map((key, at) => ({ AttributeName: key.name, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
        ...billingFor(properties),
        Tags: tagList(base, 'made'),
      });
      // One that is being deleted is still there for a moment.
      const options = { retryOn: /^ResourceInUseException:/, forMs: longestWaitMs };
      await ask('dynamodb:CreateTable', command, options);
      await untilActive();
    },
    async change(properties) {
      const command = new UpdateTableCommand({ TableName: name, ...billingFor(properties) });
      await ask('dynamodb:UpdateTable', command);
      await untilActive();
    },
    adopt: () =>
      ask('dynamodb:TagResource', new TagResourceCommand({ ResourceArn: arn, Tags: tagList(base, 'adopted') })),
    async delete() {
      await ask('dynamodb:DeleteTable', new DeleteTableCommand({ TableName: name }), { absent });
      await until(isGone, `table ${name} to be deleted`, longestWaitMs);
    },
    release: () =>
      ask('dynamodb:UntagResource', new UntagResourceCommand({ ResourceArn: arn, TagKeys: [base] }), { absent }),
  };
}

function capacityOf({ BillingModeSummary: billing, ProvisionedThroughput: units }: SdkTable): Json {
  const write = units?.WriteCapacityUnits ?? 0;
  // Emulators may not name the billing mode; a provisioned table has at least one unit.
  if (billing?.BillingMode === 'PAY_PER_REQUEST' || write === 0) return 'on-demand';
  return { write, read: units?.ReadCapacityUnits ?? 0 };
}

function billingFor({ capacity }: Properties) {
  if (typeof capacity !== 'object' || capacity === null || Array.isArray(capacity)) {
    return { BillingMode: 'PAY_PER_REQUEST' as const };
  }
  const { write, read } = capacity as { readonly write: number; readonly read: number };
  return {
    BillingMode: 'PROVISIONED' as const,
    ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write },
  };
}
