import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { makeLocalClient } from '../../src/load/local/client.ts';
import { openLocal } from '../../src/load/local/open.ts';
import { tempDir } from '../helpers/temp.ts';

/** Opens the DynamoDB of a folder, runs a function with its client, and closes it. */
async function withLocal<T>(dir: string, use: (client: DynamoDBClient, endpoint: string) => Promise<T>): Promise<T> {
  const local = await openLocal(dir);
  const client = makeLocalClient(local.endpoint);
  try {
    return await use(client, local.endpoint);
  } finally {
    client.destroy();
    await local.close();
  }
}

async function createPeopleTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: 'people',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
}

const batchWriteOf = (items: Record<string, { S: string }>[]) =>
  new BatchWriteItemCommand({ RequestItems: { people: items.map((Item) => ({ PutRequest: { Item } })) } });

it('openLocal creates a folder that only its owner can read and that keeps the items', async () => {
  const dir = join(tempDir(), 'new', 'folder');
  await withLocal(dir, async (client) => {
    await createPeopleTable(client);
    await client.send(batchWriteOf([{ id: { S: '1' } }]));
  });
  expect(readdirSync(dir)).toEqual(['data']);
  if (process.platform !== 'win32') expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700);
  const { Item: item } = await withLocal(dir, (client) =>
    client.send(new GetItemCommand({ TableName: 'people', Key: { id: { S: '1' } } })),
  );
  expect(item).toEqual({ id: { S: '1' } });
});

it('openLocal refuses a folder in use and names the process that holds it', async () => {
  const dir = tempDir();
  await withLocal(dir, async () => {
    await expect(openLocal(dir)).rejects.toMatchObject({
      code: 'LOCAL_FOLDER_LOCKED',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
  });
  await withLocal(dir, () => Promise.resolve());
});

it('the embedded DynamoDB accepts a batch of almost 16 MiB', async () => {
  await withLocal(tempDir(), async (client) => {
    await createPeopleTable(client);
    // An item of 400,000 bytes is 660,000 bytes as JSON, because each quote becomes two bytes.
    const text = 'x'.repeat(140_000) + '"'.repeat(260_000);
    const items = Array.from({ length: 25 }, (_, index) => ({ id: { S: String(index) }, text: { S: text } }));
    const { UnprocessedItems: unprocessed } = await client.send(batchWriteOf(items));
    expect(unprocessed).toEqual({});
  });
});

it('the embedded DynamoDB keeps serving after a client disconnects in the middle of a request', async () => {
  await withLocal(tempDir(), async (client, endpoint) => {
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"half":');
    await client.send(new ListTablesCommand({}));
    socket.resetAndDestroy();
    const { TableNames: names } = await client.send(new ListTablesCommand({}));
    expect(names).toEqual([]);
  });
});

it('openLocal reports a port in use and releases the folder', async () => {
  const dir = tempDir();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expect(openLocal(dir, port)).rejects.toMatchObject({
    code: 'LOCAL_UNAVAILABLE',
    message: expect.stringContaining('is in use') as string,
  });
  expect(readdirSync(dir)).toEqual(['data']);
  other.close();
});
