import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findClosedPort, startProxy } from '../../aws/net/servers.ts';
import { body, codeIn, errorOf, open, start } from './open.ts';
import { sendResponse, sendError, type Respond } from './server.ts';

const AWS_CA_BUNDLE = fileURLToPath(new URL('../../../fixtures/tls/certificate.pem', import.meta.url));
const written: Respond = (_, response) => {
  sendResponse(response, 200, { UnprocessedItems: {} });
};
const login = 'user:secret';
const withLogin = (url: string, text = login): string => url.replace('//', `//${text}@`);

describe('an HTTPS endpoint behind a proxy', () => {
  it('receives requests through one tunnel per socket, without proxy headers', async () => {
    const [server, proxy] = [await start(written, true), await startProxy({ login })];
    const client = open(server.url, { env: { AWS_CA_BUNDLE, HTTPS_PROXY: withLogin(proxy.url) }, connections: 3 });
    const results = await Promise.all(Array.from({ length: 40 }, () => client.batchWrite(body)));
    expect(results.every((one) => one.kind === 'answered')).toBe(true);
    const { host } = new URL(server.url);
    expect(proxy.seen.map((one) => `${one.method} ${one.target}`)).toEqual(Array(3).fill(`CONNECT ${host}`));
    expect(server.seen).toHaveLength(40);
    expect(server.seen[0]?.headers.host).toBe(host);
    expect(JSON.stringify(server.seen.map((one) => one.headers))).not.toMatch(/proxy|secret/i);
  });

  it('is reached directly if NO_PROXY names it', async () => {
    const [server, proxy] = [await start(written, true), await startProxy()];
    const env = { AWS_CA_BUNDLE, HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' };
    expect((await open(server.url, { env }).batchWrite(body)).kind).toBe('answered');
    expect(proxy.seen).toEqual([]);
  });

  it.each([
    [407, /requires a valid user name and password \(HTTP 407\)$/],
    [403, /did not connect to 127\.0\.0\.1 \(HTTP 403\)$/],
  ])('ends the run if the proxy refuses with %i', async (status, words) => {
    const [server, proxy] = [await start(written, true), await startProxy({ refuse: () => status })];
    const env = { AWS_CA_BUNDLE, HTTPS_PROXY: withLogin(proxy.url) };
    const error = errorOf(await open(server.url, { env }).batchWrite(body));
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.message).toMatch(words);
    expect(error.message).toContain(proxy.address);
    expect(`${error.stack ?? ''}${error.hint ?? ''}`).not.toContain('secret');
    expect(server.seen).toEqual([]);
  });

  it.each<[string, number, string]>([
    ['cannot reach it', 502, 'PROXY_HTTP_502'],
    ['never answers', 0, 'TimeoutError'],
  ])('loses only a response if the proxy %s for a while', async (_, status, code) => {
    const server = await start(written, true);
    const proxy = await startProxy({ refuse: (__, number) => (number === 1 ? status : undefined) });
    const env = { AWS_CA_BUNDLE, HTTPS_PROXY: proxy.url };
    const client = open(server.url, { env, connections: 1, requestTimeoutMs: 200 });
    const got = await client.batchWrite(body);
    const message = `no response from ${new URL(server.url).host} through the proxy ${proxy.address}`;
    expect(got).toEqual({ kind: 'unknown', code, message });
    // The first tunnel times out at about the same time.
    const again = await client.batchWrite(body);
    expect(again.kind === 'answered' ? again : await client.batchWrite(body)).toMatchObject({ kind: 'answered' });
  });

  it.each([true, false])('loses responses while the proxy is down (HTTPS: %s)', async (tls) => {
    const server = await start(written, tls);
    const env = { AWS_CA_BUNDLE, ALL_PROXY: `127.0.0.1:${await findClosedPort()}` };
    const got = await open(server.url, { env }).batchWrite(body);
    expect([got.kind, codeIn(got)]).toEqual(['unknown', 'PROXY_ECONNREFUSED']);
  });

  it('is reached again after its tunnels were cut', async () => {
    const proxy = await startProxy();
    const server = await start((seen, response, number) => {
      if (number === 1) proxy.cutTunnels();
      else written(seen, response, number);
    }, true);
    const client = open(server.url, { env: { AWS_CA_BUNDLE, HTTPS_PROXY: proxy.url } });
    expect((await client.batchWrite(body)).kind).toBe('unknown');
    expect((await client.batchWrite(body)).kind).toBe('answered');
  });

  it('must have a trusted certificate through the proxy too', async () => {
    const [server, proxy] = [await start(written, true), await startProxy()];
    const error = errorOf(await open(server.url, { env: { HTTPS_PROXY: proxy.url } }).batchWrite(body));
    expect(error.message).toContain(`the certificate of ${new URL(server.url).host} is not trusted`);
  });
});

describe('an HTTP endpoint behind a proxy', () => {
  it('receives forwarded requests, signed for its own host', async () => {
    const [server, proxy] = [await start(written), await startProxy({ login })];
    const env = { http_proxy: withLogin(proxy.url) };
    expect((await open(`${server.url}/base`, { env }).batchWrite(body)).kind).toBe('answered');
    expect(proxy.seen.map((one) => `${one.method} ${one.target}`)).toEqual([`POST ${server.url}/base/`]);
    const [seen] = server.seen;
    expect([seen?.path, seen?.headers.host, seen?.body]).toEqual(['/base/', new URL(server.url).host, body.toString()]);
  });

  it.each([407, 403])('ends the run if the proxy refuses with %i', async (status) => {
    const [server, proxy] = [await start(written), await startProxy({ refuse: () => status })];
    const error = errorOf(await open(server.url, { env: { http_proxy: withLogin(proxy.url) } }).batchWrite(body));
    expect([error.code, error.message]).toEqual(['ENDPOINT_UNREACHABLE', expect.stringContaining(proxy.address)]);
    expect(error.message).toContain(`HTTP ${status}`);
    expect(server.seen).toEqual([]);
  });

  it('loses a response if the proxy returns 502', async () => {
    const [server, proxy] = [await start(written), await startProxy({ refuse: () => 502 })];
    const got = await open(server.url, { env: { http_proxy: proxy.url } }).batchWrite(body);
    expect([got.kind, codeIn(got)]).toEqual(['unknown', 'PROXY_HTTP_502']);
  });

  it.each([403, 503])('decides the result if it returns %i itself', async (status) => {
    const server = await start((_, response) => {
      sendError(response, status, 'AccessDeniedException', 'no', { 'x-amzn-requestid': '1' });
    });
    const proxy = await startProxy();
    const got = await open(server.url, { env: { http_proxy: proxy.url } }).batchWrite(body);
    expect(codeIn(got)).toBe('ACCESS_DENIED');
  });
});

it.each<[string, NodeJS.ProcessEnv, RegExp]>([
  ['a proxy', { https_proxy: 'socks5://p:1' }, /^https_proxy has an unsupported proxy type: socks5$/],
  ['a bundle', { AWS_CA_BUNDLE: '/nowhere' }, /AWS_CA_BUNDLE/],
])('%s that cannot be used is a usage error', (_, env, message) => {
  expect(() => open('https://h/', { env })).toThrow(message);
});
