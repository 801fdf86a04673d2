import type { DynamoDBClient, TableDescription as SdkTable } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { describeTable } from '../../../../src/aws/table/describe.ts';
import { readDescription } from '../../../../src/aws/table/description.ts';

const table: SdkTable = {
  TableStatus: 'ACTIVE',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
    { AttributeName: 'city', AttributeType: 'S' },
    { AttributeName: 'hash', AttributeType: 'B' },
  ],
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      KeySchema: [
        { AttributeName: 'city', KeyType: 'HASH' },
        { AttributeName: 'id', KeyType: 'RANGE' },
      ],
    },
    {
      // Each key of an index may have several attributes.
      KeySchema: [
        { AttributeName: 'city', KeyType: 'HASH' },
        { AttributeName: 'hash', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
        { AttributeName: 'hash', KeyType: 'RANGE' },
      ],
    },
  ],
  LocalSecondaryIndexes: [
    {
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'city', KeyType: 'RANGE' },
      ],
    },
  ],
};

/** A client whose DescribeTable returns these states in turn, and the last one forever. */
function clientWith(...states: string[]): { client: DynamoDBClient; calls: () => number } {
  let calls = 0;
  const send = (): Promise<unknown> => {
    const TableStatus = states[Math.min(calls++, states.length - 1)];
    return Promise.resolve({ Table: { ...table, TableStatus } });
  };
  return { client: { send } as unknown as DynamoDBClient, calls: () => calls };
}

describe('a table description', () => {
  it('has the keys of the table, and each index key once for each role', () => {
    expect(readDescription('t', table)).toEqual({
      name: 't',
      partitionKey: { name: 'id', type: 'S' },
      sortKey: { name: 'at', type: 'N' },
      indexKeys: [
        { name: 'city', type: 'S', role: 'partition' },
        { name: 'hash', type: 'B', role: 'partition' },
        { name: 'hash', type: 'B', role: 'sort' },
        { name: 'city', type: 'S', role: 'sort' },
      ],
      provisionedWriteUnits: undefined,
    });
  });

  it.each<[string, Partial<SdkTable>, number | undefined]>([
    ['of a provisioned table', { ProvisionedThroughput: { WriteCapacityUnits: 25 } }, 25],
    [
      'of an on-demand table',
      { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' }, ProvisionedThroughput: { WriteCapacityUnits: 5 } },
      undefined,
    ],
    ['of an on-demand table of an emulator', { ProvisionedThroughput: { WriteCapacityUnits: 0 } }, undefined],
  ])('has the write units %s', (_, more, units) => {
    expect(readDescription('t', { ...table, ...more }).provisionedWriteUnits).toBe(units);
  });
});

it('a table description has the write units of provisioned indexes', () => {
  const index = (name: string, units: number): object => ({
    IndexName: name,
    ProvisionedThroughput: { WriteCapacityUnits: units },
  });
  const indexes = { GlobalSecondaryIndexes: [index('by_email', 7), index('empty', 0)] };
  const described = { ...table, ...indexes, ProvisionedThroughput: { WriteCapacityUnits: 25 } };
  expect(readDescription('t', described).indexWriteUnits).toEqual(new Map([['by_email', 7]]));
  const onDemand = { ...described, BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' as const } };
  expect(readDescription('t', onDemand).indexWriteUnits).toBeUndefined();
});

describe('describeTable', () => {
  it.each(['ACTIVE', 'UPDATING'])('accepts a table that is %s', async (state) => {
    const { client, calls } = clientWith(state);
    expect((await describeTable(client, 't')).name).toBe('t');
    expect(calls()).toBe(1);
  });

  it('waits for a table that is being created', async () => {
    const { client, calls } = clientWith('CREATING', 'CREATING', 'ACTIVE');
    await describeTable(client, 't');
    expect(calls()).toBe(3);
  });

  it('waits no longer than waitMs', async () => {
    const { client } = clientWith('CREATING');
    await expect(describeTable(client, 't', { waitMs: 150 })).rejects.toMatchObject({
      code: 'TABLE_NOT_READY',
      message: 'table t is CREATING',
    });
  });

  it('stops waiting when the signal is aborted', async () => {
    const { client } = clientWith('CREATING');
    await expect(describeTable(client, 't', { stop: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });

  it.each(['DELETING', 'ARCHIVED', 'INACCESSIBLE_ENCRYPTION_CREDENTIALS'])(
    'rejects a table that is %s',
    async (state) => {
      await expect(describeTable(clientWith(state).client, 't')).rejects.toMatchObject({ code: 'TABLE_NOT_READY' });
    },
  );
});
