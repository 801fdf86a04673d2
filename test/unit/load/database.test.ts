import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { openPlainDatabase } from '../../../src/load/database.ts';
import { serve, type Respond } from './wire/server.ts';

const table = {
  TableStatus: 'ACTIVE',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
};
const fromSdk = { Table: { ...table, TableArn: 'from the SDK' } };

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of toClose.splice(0).reverse()) await one.close();
});

/** Opens a database whose endpoint responds like this. Its SDK always finds the table. */
async function open(respond: Respond, secretAccessKey = 'secret') {
  const server = await serve(respond);
  toClose.push(server);
  const clients: DynamoDBClient[] = [];
  const makeClient = (): Promise<DynamoDBClient> => {
    const client = {
      send: (_: unknown, options?: { abortSignal: AbortSignal }) => {
        if (options?.abortSignal.aborted === true) return Promise.reject(options.abortSignal.reason as Error);
        return Promise.resolve(fromSdk);
      },
    } as unknown as DynamoDBClient;
    clients.push(client);
    return Promise.resolve(client);
  };
  const endpoint = {
    endpoint: new URL(server.url),
    region: 'us-east-1',
    credentials: () => Promise.resolve({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey }),
  };
  const database = openPlainDatabase(
    endpoint,
    makeClient,
    { table: 't', write: { concurrency: 2 } } as Parameters<typeof openPlainDatabase>[2],
    {},
  );
  toClose.push(database);
  return { database, server, clients };
}

const answer = (content: unknown, status = 200): Respond => {
  return (_, response) =>
    response.writeHead(status).end(typeof content === 'string' ? content : JSON.stringify(content));
};

describe('a plain database', () => {
  it('describes the table with one signed request and without the SDK', async () => {
    const { database, server, clients } = await open(answer({ Table: table }));
    expect(await database.describe({})).toMatchObject({ name: 't', partitionKey: { name: 'id', type: 'S' } });
    expect(clients).toHaveLength(0);
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]?.body).toBe('{"TableName":"t"}');
    expect(server.seen[0]?.headers).toMatchObject({
      'x-amz-target': 'DynamoDB_20120810.DescribeTable',
      authorization: expect.stringMatching(/Credential=AKIDEXAMPLE.*us-east-1/) as string,
    });
  });

  it('writes over the connection that described the table', async () => {
    const { database, server } = await open((seen, response) => {
      const isDescribe = String(seen.headers['x-amz-target']).endsWith('DescribeTable');
      response.end(JSON.stringify(isDescribe ? { Table: table } : { UnprocessedItems: {} }));
    });
    await database.describe({});
    const wire = await database.openWire();
    expect((await wire.batchWrite(Buffer.from('{}'))).kind).toBe('answered');
    expect(server.seen[1]?.socket).toBe(server.seen[0]?.socket);
  });

  it.each<[title: string, respond: Respond]>([
    ['an error', answer({ __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' }, 400)],
    ['a failure of the service', answer('', 500)],
    ['a response that is not JSON', answer('<html>')],
    ['a response of another shape', answer({ Table: { TableStatus: 'ACTIVE', KeySchema: 'id' } })],
    ['a response without a table', answer({})],
    ['a table that is being created', answer({ Table: { ...table, TableStatus: 'CREATING' } })],
    [
      'a damaged response',
      (_, response) => response.setHeader('x-amz-crc32', '1').end(JSON.stringify({ Table: table })),
    ],
    ['a closed connection', (seen) => seen.socket.destroy()],
  ])('lets the SDK describe the table after %s', async (_, respond) => {
    const { database, clients } = await open(respond);
    expect((await database.describe({})).arn).toBe('from the SDK');
    expect((await database.describe({})).arn).toBe('from the SDK');
    expect(clients).toHaveLength(1);
  });

  it('lets the SDK explain credentials that cannot be used', async () => {
    const { database, server } = await open(answer({ Table: table }), '');
    expect((await database.describe({})).arn).toBe('from the SDK');
    expect(server.seen).toHaveLength(0);
  });

  it('closes the connection that described the table', async () => {
    const { database, server } = await open(answer({ Table: table }));
    await database.describe({});
    const isClosed = once(server.seen[0]?.socket as Socket, 'close');
    await database.close();
    await isClosed;
  });

  it('stops waiting for a description when the signal is aborted', async () => {
    const stop = new AbortController();
    const { database } = await open(() => {
      stop.abort();
    });
    await expect(database.describe({ stop: stop.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
