import { once } from 'node:events';
import { createServer, type AddressInfo, type LookupFunction, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ask, body, codeIn, errorOf, open, secrets, start } from './open.ts';
import { sendResponse, certificate } from './server.ts';

describe('a request', () => {
  it('is a signed POST of the unchanged body', async () => {
    const server = await start((_, response) => {
      sendResponse(response, 200, { UnprocessedItems: {} });
    });
    await open(server.url).batchWrite(body);
    const [seen] = server.seen;
    expect(seen?.path).toBe('/');
    expect(seen?.body).toBe(body.toString());
    expect(seen?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(body.length),
      'x-amz-target': 'DynamoDB_20120810.BatchWriteItem',
      'x-amz-security-token': secrets.sessionToken,
      host: new URL(server.url).host,
    });
    expect(seen?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/dynamodb\//,
    );
  });

  it.each([
    ['/base', '/base/'],
    ['/base/x/?query=1#hash', '/base/x/'],
  ])('uses the base path of the endpoint, without its query (%s)', async (suffix, path) => {
    const server = await start((_, response) => {
      sendResponse(response, 200, { UnprocessedItems: {} });
    });
    await open(server.url.replace('//', '//user:password@') + suffix).batchWrite(body);
    expect(server.seen[0]?.path).toBe(path);
    expect(JSON.stringify(server.seen[0]?.headers)).not.toContain('password');
  });

  it('reuses sockets, up to the allowed number', async () => {
    const server = await start((_, response) => {
      setTimeout(() => {
        sendResponse(response, 200, { UnprocessedItems: {} });
      }, 2);
    });
    const client = open(server.url, { connections: 3 });
    const results = await Promise.all(Array.from({ length: 40 }, () => client.batchWrite(body)));
    expect(results.every((one) => one.kind === 'answered')).toBe(true);
    expect(new Set(server.seen.map((one) => one.socket)).size).toBe(3);
  });

  it.each([
    ['closed', 'end'],
    ['cut', 'destroy'],
  ] as const)('uses another socket if the server has %s an idle one', async (_, how) => {
    const server = await start(({ socket }, response) => {
      sendResponse(response, 200, { UnprocessedItems: {} });
      setTimeout(() => socket[how](), 20);
    });
    const client = open(server.url, { connections: 1 });
    for (let n = 0; n < 3; n++) {
      expect((await client.batchWrite(body)).kind).toBe('answered');
      await delay(60);
    }
    expect(new Set(server.seen.map((one) => one.socket)).size).toBe(3);
  });

  it('does not use a socket that received unexpected bytes', async () => {
    const server = await start(({ socket }, response) => {
      sendResponse(response, 200, { UnprocessedItems: {} });
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 22\r\n\r\n{"UnprocessedItems":{}}'), 20);
    });
    const client = open(server.url, { connections: 1 });
    expect((await client.batchWrite(body)).kind).toBe('answered');
    await delay(60);
    expect((await client.batchWrite(body)).kind).toBe('answered');
    expect(new Set(server.seen.map((one) => one.socket)).size).toBe(2);
  });

  it('closes its connection if the response says so', async () => {
    const server = await start((_, response) => {
      sendResponse(response, 200, { UnprocessedItems: {} }, { connection: 'close' });
    });
    const client = open(server.url, { connections: 2 });
    const results = await Promise.all(Array.from({ length: 9 }, () => client.batchWrite(body)));
    expect(results.every((one) => one.kind === 'answered')).toBe(true);
    expect(new Set(server.seen.map((one) => one.socket)).size).toBe(9);
  });

  it('is sent completely, at any size', async () => {
    const server = await start((_, response) => {
      sendResponse(response, 200, { UnprocessedItems: {} });
    });
    const client = open(server.url, { connections: 1 });
    for (const bytes of [60_000, 70_000, 3_000_000, 10]) {
      const large = Buffer.from(`{"x":"${'é'.repeat(bytes / 2)}"}`);
      expect((await client.batchWrite(large)).kind).toBe('answered');
      expect(server.seen.at(-1)?.body === large.toString()).toBe(true);
    }
  });

  it('uses HTTPS only with a trusted certificate', async () => {
    const server = await start((_, response) => {
      sendResponse(response, 200, { UnprocessedItems: {} });
    }, true);
    const trusting = open(server.url, { socket: { ca: certificate().cert } });
    expect(await trusting.batchWrite(body)).toEqual({ kind: 'answered', unprocessed: [], writeUnits: undefined });
    const error = errorOf(await open(server.url).batchWrite(body));
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS');
    expect(server.seen).toHaveLength(1);
  });
});

describe('a lost response', () => {
  it('is unknown if no server listens', async () => {
    const server = await start(() => undefined);
    await server.close();
    const got = await open(server.url.replace('//', '//user:password@')).batchWrite(body);
    expect(got).toEqual({
      kind: 'unknown',
      code: 'ECONNREFUSED',
      message: `no response from ${new URL(server.url).host}`,
    });
  });

  it('is unknown if the connection is reset after the request was read', async () => {
    const got = await ask(({ socket }) => {
      socket.resetAndDestroy();
    });
    expect(got.kind).toBe('unknown');
  });

  it('is unknown if the connection is closed before the request was read', async () => {
    const server: Server = createServer((socket) => socket.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const got = await open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).batchWrite(body);
    server.close();
    expect(got.kind).toBe('unknown');
  });

  it.each([
    ['with a content-length', { 'content-length': '40' }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('is unknown if the body is cut %s', async (_, headers) => {
    const got = await ask(({ socket }, response) => {
      response.writeHead(200, headers);
      response.write('{"UnprocessedItems":{}}', () => socket.destroy());
    });
    expect(got.kind).toBe('unknown');
  });

  it('is unknown after a timeout before the headers, which destroys the socket', async () => {
    let closed = false;
    const server = await start(({ socket }) => {
      socket.once('close', () => (closed = true));
    });
    const got = await open(server.url, { requestTimeoutMs: 50 }).batchWrite(body);
    expect(got).toMatchObject({ kind: 'unknown', code: 'TimeoutError' });
    await delay(50);
    expect(closed).toBe(true);
  });

  it('is unknown after a timeout within the body, even if bytes keep arriving', async () => {
    const got = await ask(
      (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 10);
        response.once('close', () => {
          clearInterval(timer);
        });
      },
      { requestTimeoutMs: 80 },
    );
    expect(got).toMatchObject({ kind: 'unknown', code: 'TimeoutError' });
  });

  it('sends nothing if the request timed out while it waited for a socket', async () => {
    const server = await start((_, response) => {
      sendResponse(response, 200, { UnprocessedItems: {} });
    });
    let lookups = 0;
    const lookup: LookupFunction = (_, { all }, done) => {
      const found = { address: '127.0.0.1', family: 4 };
      const finish = (): void => {
        if (all === true) done(null, [found]);
        else done(null, found.address, found.family);
      };
      setTimeout(finish, ++lookups === 1 ? 600 : 0);
    };
    const client = open(server.url.replace('127.0.0.1', 'localhost'), {
      connections: 1,
      requestTimeoutMs: 300,
      socket: { lookup },
    });
    const [first, second] = await Promise.all([client.batchWrite(body), client.batchWrite(body)]);
    expect([codeIn(first), codeIn(second)]).toEqual(['TimeoutError', 'TimeoutError']);
    await delay(500);
    expect(server.seen).toHaveLength(0);
    expect((await client.batchWrite(body)).kind).toBe('answered');
  });

  it('is unknown if the body is too large', async () => {
    const got = await ask((_, response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(1024 * 1024, 32);
      const more = (): void => {
        if (!response.destroyed) response.write(chunk, more);
      };
      more();
    });
    expect(got).toMatchObject({ kind: 'unknown', code: 'ResponseTooLarge' });
  });

  it('is unknown for requests in flight when the client is closed, and for later ones', async () => {
    const server = await start(() => undefined);
    const client = open(server.url);
    const pending = client.batchWrite(body);
    await delay(30);
    await client.close();
    expect((await pending).kind).toBe('unknown');
    expect((await client.batchWrite(body)).kind).toBe('unknown');
  });
});
