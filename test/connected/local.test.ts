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
import { localClient } from '../../src/load/local/client.ts';
import { openLocal } from '../../src/load/local/open.ts';
import { tempDir } from '../helpers/temp.ts';

/** Does something with the DynamoDB of a folder, and closes it. */
async function using<T>(dir: string, use: (client: DynamoDBClient, endpoint: string) => Promise<T>): Promise<T> {
  const local = await openLocal(dir);
  const client = localClient(local.endpoint);
  try {
    return await use(client, local.endpoint);
  } finally {
    client.destroy();
    await local.close();
  }
}

async function makeTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: 'people',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
}

const putsOf = (items: Record<string, { S: string }>[]) =>
  new BatchWriteItemCommand({ RequestItems: { people: items.map((Item) => ({ PutRequest: { Item } })) } });

it('the folder is made, its owner’s alone, and keeps what was loaded', async () => {
  const dir = join(tempDir(), 'new', 'folder');
  await using(dir, async (client) => {
    await makeTable(client);
    await client.send(putsOf([{ id: { S: '1' } }]));
  });
  expect(readdirSync(dir)).toEqual(['data']);
  if (process.platform !== 'win32') expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700);
  const { Item: item } = await using(dir, (client) =>
    client.send(new GetItemCommand({ TableName: 'people', Key: { id: { S: '1' } } })),
  );
  expect(item).toEqual({ id: { S: '1' } });
});

it('a second opener of the folder is refused, and told by whom', async () => {
  const dir = tempDir();
  await using(dir, async () => {
    await expect(openLocal(dir)).rejects.toMatchObject({
      code: 'LOCAL_FOLDER_LOCKED',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
  });
  await using(dir, () => Promise.resolve());
});

it('a batch of nearly 16 MiB is taken', async () => {
  await using(tempDir(), async (client) => {
    await makeTable(client);
    // 400,000 bytes of an item that are 660,000 as JSON: a quote becomes two bytes.
    const text = 'x'.repeat(140_000) + '"'.repeat(260_000);
    const items = Array.from({ length: 25 }, (_, index) => ({ id: { S: String(index) }, text: { S: text } }));
    const { UnprocessedItems: unprocessed } = await client.send(putsOf(items));
    expect(unprocessed).toEqual({});
  });
});

it('a client that goes away in the middle of a request ends nothing', async () => {
  await using(tempDir(), async (client, endpoint) => {
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"half":');
    await client.send(new ListTablesCommand({}));
    socket.resetAndDestroy();
    const { TableNames: names } = await client.send(new ListTablesCommand({}));
    expect(names).toEqual([]);
  });
});

it('a port that is in use is told, and the folder is free again', async () => {
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
