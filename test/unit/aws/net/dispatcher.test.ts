import { fileURLToPath } from 'node:url';
import { request, type Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { makeDispatcher } from '../../../../src/aws/net/dispatcher.ts';
import { ProxyError } from '../../../../src/aws/net/errors.ts';
import { certificate } from '../../load/wire/server.ts';
import { closeAfterTest, findClosedPort, startProxy, startServer } from './servers.ts';

const AWS_CA_BUNDLE = fileURLToPath(new URL('../../../fixtures/tls/certificate.pem', import.meta.url));

function open(env: NodeJS.ProcessEnv): Dispatcher {
  const dispatcher = makeDispatcher(env);
  closeAfterTest(() => dispatcher.destroy());
  return dispatcher;
}

async function get(dispatcher: Dispatcher, url: string, headers = {}): Promise<string> {
  const { statusCode, body } = await request(url, { dispatcher, headers });
  return `${statusCode} ${await body.text()}`;
}

async function failure(dispatcher: Dispatcher, url: string): Promise<Error & { code?: string }> {
  try {
    await get(dispatcher, url);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('the request did not fail');
}

const hello = (tls = false) => startServer((_, response) => response.end('hello'), tls);

describe('an HTTP source', () => {
  it('is fetched over a kept-alive connection', async () => {
    const server = await hello();
    const dispatcher = open({});
    for (let i = 0; i < 9; i++) expect(await get(dispatcher, `${server.url}/a?b=c`)).toBe('200 hello');
    expect(server.seen.map((one) => one.path)).toEqual(Array.from({ length: 9 }, () => '/a?b=c'));
    // There may be two: the first is not free yet when its first response ends.
    expect(new Set(server.seen.map((one) => one.socket)).size).toBeLessThan(3);
  });

  it('is trusted by AWS_CA_BUNDLE, otherwise by the built-in authorities', async () => {
    const server = await hello(true);
    expect(await get(open({ AWS_CA_BUNDLE }), server.url)).toBe('200 hello');
    expect((await failure(open({}), server.url)).code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('is not fetched if the bundle cannot be read', () => {
    expect(() => makeDispatcher({ AWS_CA_BUNDLE: '/nowhere' })).toThrow(/AWS_CA_BUNDLE/);
  });
});

describe.each([
  ['HTTP', false],
  ['TLS', true],
])('a proxy reached over %s', (_, tls) => {
  const start = (login?: string) => startProxy({ ...(tls && { tls: certificate() }), ...(login && { login }) });

  it('tunnels https requests', async () => {
    const [server, proxy] = [await hello(true), await start('user:secret')];
    const dispatcher = open({ AWS_CA_BUNDLE, HTTPS_PROXY: proxy.url.replace('//', '//user:secret@') });
    for (let i = 0; i < 9; i++) expect(await get(dispatcher, `${server.url}/a?b=c`)).toBe('200 hello');
    expect(server.seen.map((one) => one.path)).toEqual(Array.from({ length: 9 }, () => '/a?b=c'));
    const tunnels = proxy.seen.map((one) => `${one.method} ${one.target}`);
    expect(new Set(tunnels)).toEqual(new Set([`CONNECT ${new URL(server.url).host}`]));
    expect(tunnels.length).toBeLessThan(3);
    expect(JSON.stringify(server.seen.map((one) => one.headers))).not.toContain('proxy');
  });

  it('forwards http requests with their headers and the host of the URL', async () => {
    const [server, proxy] = [await hello(), await start('user:secret')];
    const dispatcher = open({ AWS_CA_BUNDLE, HTTP_PROXY: proxy.url.replace('//', '//user:secret@') });
    const { host } = new URL(server.url);
    const cases: [object | string[] | Iterable<[string, string]>, string][] = [
      [{ 'X-One': 'two' }, host],
      [['X-One', 'two'], host],
      [new Map([['X-One', 'two']]), host],
      [{ 'x-one': 'two', host: 'virtual.example' }, 'virtual.example'],
    ];
    for (const [headers] of cases) expect(await get(dispatcher, `${server.url}/a?b=c`, headers)).toBe('200 hello');
    expect(proxy.seen.map((one) => `${one.method} ${one.target}`)).toEqual(cases.map(() => `GET ${server.url}/a?b=c`));
    expect(server.seen.map((one) => [one.path, one.headers.host, one.headers['x-one']])).toEqual(
      cases.map(([, named]) => ['/a?b=c', named, 'two']),
    );
  });
});

describe('the proxy of the environment', () => {
  it('is chosen for each host', async () => {
    const [plain, secure, proxy] = [await hello(), await hello(true), await startProxy()];
    const { port } = new URL(plain.url);
    const dispatcher = open({ AWS_CA_BUNDLE, ALL_PROXY: proxy.url, NO_PROXY: `127.0.0.1:${port}` });
    expect(await get(dispatcher, plain.url)).toBe('200 hello');
    expect(proxy.seen).toEqual([]);
    expect(await get(dispatcher, secure.url)).toBe('200 hello');
    expect(proxy.seen).toHaveLength(1);
    expect(await get(dispatcher, plain.url.replace('127.0.0.1', 'localhost'))).toBe('200 hello');
    expect(proxy.seen).toHaveLength(2);
  });

  it.each([true, false])('must have a trusted certificate if it uses TLS (https target: %s)', async (tls) => {
    const [server, proxy] = [await hello(tls), await startProxy({ tls: certificate() })];
    const error = await failure(open({ ALL_PROXY: proxy.url }), server.url);
    expect(error.message).toBe(
      `the certificate of the proxy ${proxy.address} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    );
  });

  it('is named if it refuses a tunnel', async () => {
    const [server, proxy] = [await hello(true), await startProxy({ login: 'user:secret' })];
    const error = await failure(
      open({ AWS_CA_BUNDLE, https_proxy: proxy.url.replace('//', '//user:wrong@') }),
      server.url,
    );
    expect(error).toBeInstanceOf(ProxyError);
    expect(error.message).toBe(`the proxy ${proxy.address} requires a valid user name and password (HTTP 407)`);
    expect(server.seen).toEqual([]);
  });

  it.each([true, false])('is named if it cannot be reached (https target: %s)', async (tls) => {
    const server = await hello(tls);
    const place = `127.0.0.1:${await findClosedPort()}`;
    const error = await failure(open({ AWS_CA_BUNDLE, all_proxy: place }), server.url);
    expect(error.message).toBe(`cannot reach the proxy ${place} (ECONNREFUSED)`);
  });

  it('is a usage error if it is not valid', async () => {
    const error = await failure(open({ https_proxy: 'socks5://p' }), 'https://h/');
    expect(error.code).toBe('USAGE');
  });
});
