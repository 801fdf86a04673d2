import { CreateTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { findWireEndpoint } from '../../src/load/wire/endpoint.ts';
import { createTable, type TableDefinition } from '../../src/aws/table/create.ts';
import { describeTable } from '../../src/aws/table/describe.ts';
import { openWireClient } from '../../src/load/wire/http-client.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';

const emulator = withDynalite();

const key = (name: string, type: 'S' | 'N' | 'B' | undefined): TableDefinition['partitionKey'] => ({ name, type });

describe('a table', () => {
  it('that does not exist is reported as TABLE_NOT_FOUND', async () => {
    await expect(describeTable(emulator.client, 'nothing')).rejects.toMatchObject({
      code: 'TABLE_NOT_FOUND',
      message: 'table nothing does not exist',
    });
  });

  it('is described with the keys of its indexes', async () => {
    const index = (IndexName: string, hash: string, range: string): object => ({
      IndexName,
      KeySchema: [
        { AttributeName: hash, KeyType: 'HASH' },
        { AttributeName: range, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    });
    const capacity = { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 7 } };
    await emulator.client.send(
      new CreateTableCommand({
        TableName: 'indexed',
        ...capacity,
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'n', AttributeType: 'N' },
          { AttributeName: 'g', AttributeType: 'B' },
          { AttributeName: 'l', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'n', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [{ ...index('gsi', 'g', 'n'), ...capacity } as never],
        LocalSecondaryIndexes: [index('lsi', 'id', 'l') as never],
      }),
    );
    expect(await describeTable(emulator.client, 'indexed')).toEqual({
      name: 'indexed',
      arn: expect.stringMatching(/^arn:aws:dynamodb:.*table\/indexed$/) as string,
      partitionKey: { name: 'id', type: 'S' },
      sortKey: { name: 'n', type: 'N' },
      indexKeys: [
        { name: 'g', type: 'B', role: 'partition' },
        { name: 'l', type: 'N', role: 'sort' },
      ],
      provisionedWriteUnits: 7,
      indexWriteUnits: new Map([['gsi', 7]]),
    });
  });

  it('is created on demand and reused if it exists', async () => {
    const desired: TableDefinition = { name: 'made', partitionKey: key('id', 'N'), sortKey: key('at', undefined) };
    const table = {
      name: 'made',
      arn: expect.any(String) as string,
      partitionKey: { name: 'id', type: 'N' },
      sortKey: { name: 'at', type: 'S' },
      indexKeys: [],
      provisionedWriteUnits: undefined,
    };
    expect(await createTable(emulator.client, desired)).toEqual({ table, created: true });
    expect(await createTable(emulator.client, desired)).toEqual({ table, created: false });
    const anyType = { ...desired, partitionKey: key('id', undefined) };
    expect(await createTable(emulator.client, anyType)).toEqual({ table, created: false });
  });

  it.each<[string, Omit<TableDefinition, 'name'>]>([
    ['a different name', { partitionKey: key('other', undefined), sortKey: undefined }],
    ['a different type', { partitionKey: key('id', 'N'), sortKey: undefined }],
    ['an additional sort key', { partitionKey: key('id', 'S'), sortKey: key('at', 'S') }],
  ])('that exists with different keys is refused: %s', async (_, desired) => {
    const name = 'existing';
    await createTable(emulator.client, { name, partitionKey: key('id', 'S'), sortKey: undefined });
    await expect(createTable(emulator.client, { name, ...desired })).rejects.toMatchObject({ code: 'TABLE_MISMATCH' });
  });

  it('is created only once by two concurrent callers', async () => {
    const desired: TableDefinition = { name: 'raced', partitionKey: key('id', undefined), sortKey: undefined };
    const [one, two] = await Promise.all([
      createTable(emulator.client, desired),
      createTable(emulator.client, desired),
    ]);
    expect(one.table).toEqual(two.table);
    expect([one.created, two.created].filter(Boolean)).toHaveLength(1);
  });
});

describe('the wire client', () => {
  it('writes a batch to the endpoint of the SDK client', async () => {
    await createTable(emulator.client, { name: 'wire', partitionKey: key('id', 'S'), sortKey: undefined });
    const client = openWireClient({ ...(await findWireEndpoint(emulator.client, 'wire')), connections: 2 });
    const items = ['a', 'é', '"quoted"'].map((id) => ({ id: { S: id }, n: { N: '00123456789012345678901234567890' } }));
    const put = (table: string): Buffer =>
      Buffer.from(
        JSON.stringify({
          RequestItems: { [table]: items.map((Item) => ({ PutRequest: { Item } })) },
          ReturnConsumedCapacity: 'TOTAL',
        }),
      );
    expect(await client.batchWrite(put('wire'))).toEqual({ kind: 'answered', unprocessed: [], writeUnits: 3 });
    expect(await client.batchWrite(put('nothing'))).toMatchObject({
      kind: 'fatal',
      error: { code: 'TABLE_NOT_FOUND' },
    });
    expect(await client.batchWrite(Buffer.from('{"RequestItems":{"wire":[]}}'))).toMatchObject({
      kind: 'refused',
      code: 'ValidationException',
    });
    await client.close();
    const { Items: found = [] } = await emulator.client.send(new ScanCommand({ TableName: 'wire' }));
    expect(found.map((item) => item['id']?.S).sort()).toEqual(['"quoted"', 'a', 'é']);
  });
});
