import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isProxyRefusal, ProxyError } from '../../../../src/aws/net/errors.ts';
import { findProxy, type ProxyServer } from '../../../../src/aws/net/proxy.ts';
import { openTunnel } from '../../../../src/aws/net/tunnel.ts';
import { closeAfterTest, findClosedPort, startProxy, startServer } from './servers.ts';

function proxyAt(url: string): ProxyServer {
  const proxy = findProxy(new URL('https://h/'), { https_proxy: url });
  if (proxy === undefined) throw new Error('no proxy');
  return proxy;
}

function open(url: string, to: { hostname: string; port: number }, timeoutMs = 5_000): Promise<Socket | ProxyError> {
  return new Promise((resolve) => openTunnel(proxyAt(url), to, { timeoutMs, secureContext: undefined }, resolve));
}

async function failure(url: string, timeoutMs?: number): Promise<ProxyError> {
  const got = await open(url, { hostname: 'host.example', port: 443 }, timeoutMs);
  if (got instanceof ProxyError) return got;
  throw new Error('the tunnel did not fail');
}

/** Starts a proxy that responds to a CONNECT with these bytes, and may then close the connection. */
async function respondingWith(bytes: string, end = false): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(bytes);
      if (end) socket.end();
    });
    closeAfterTest(() => Promise.resolve(void socket.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTest(() => Promise.resolve(void server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a tunnel', () => {
  it.each([
    'HTTP/1.1 200 Connection established\r\n\r\n',
    'HTTP/1.0 200 OK\r\nVia: x\r\n\r\n',
    'HTTP/1.1 204 x\r\n\r\n',
  ])('is open after %j, and keeps the bytes that follow', async (head) => {
    const got = await open(await respondingWith(`${head}first bytes`), { hostname: 'h', port: 443 });
    if (got instanceof Error) throw got;
    const [chunk] = (await once(got, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('first bytes');
    got.destroy();
  });

  it('sends host, port and credentials to the proxy', async () => {
    const proxy = await startProxy({ login: 'user:pass' });
    const server = await startServer(() => undefined);
    const got = await open(proxy.url.replace('//', '//user:pass@'), {
      hostname: '127.0.0.1',
      port: Number(new URL(server.url).port),
    });
    if (got instanceof Error) throw got;
    got.destroy();
    const host = new URL(server.url).host;
    expect(proxy.seen).toMatchObject([{ method: 'CONNECT', target: host, headers: { host } }]);
  });

  it('puts an IPv6 address in brackets', async () => {
    const proxy = await startProxy({ refuse: () => 503 });
    await open(proxy.url, { hostname: '::1', port: 443 });
    expect(proxy.seen[0]?.target).toBe('[::1]:443');
  });

  it.each<[number, string, boolean, RegExp]>([
    [407, 'requires a valid user name and password (HTTP 407)', true, /https_proxy to http:\/\/user:password@/],
    [403, 'did not connect to host.example (HTTP 403)', true, /host\.example to NO_PROXY/],
    [404, 'did not connect to host.example (HTTP 404)', true, /NO_PROXY/],
    [302, 'did not connect to host.example (HTTP 302)', false, /NO_PROXY/],
    [429, 'did not connect to host.example (HTTP 429)', false, /NO_PROXY/],
    [502, 'did not connect to host.example (HTTP 502)', false, /NO_PROXY/],
    [503, 'did not connect to host.example (HTTP 503)', false, /NO_PROXY/],
  ])('fails with the name of the proxy on HTTP %i', async (status, words, isFinal, hint) => {
    const proxy = await startProxy({ refuse: () => status });
    const error = await failure(proxy.url.replace('//', '//user:secret@'));
    expect(error.code).toBe(`PROXY_HTTP_${status}`);
    expect(error.loaderError).toMatchObject({
      code: 'ENDPOINT_UNREACHABLE',
      message: `the proxy ${proxy.address} ${words}`,
    });
    expect(error.loaderError.hint).toMatch(hint);
    expect(isProxyRefusal(error.code)).toBe(isFinal);
    expect(`${error.stack ?? ''}${error.loaderError.hint ?? ''}`).not.toContain('secret');
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['cannot be reached', async () => `http://127.0.0.1:${await findClosedPort()}`, /^PROXY_ECONNREFUSED$/],
    ['has an unknown host name', () => Promise.resolve('http://nowhere.invalid:3128'), /^PROXY_(ENOTFOUND|EAI_AGAIN)$/],
    ['does not speak HTTP', () => respondingWith('SSH-2.0-OpenSSH_9.2\r\n'), /^PROXY_HPE_/],
    ['closes the connection', () => respondingWith('', true), /^PROXY_ECONNRESET$/],
    [
      'closes the connection during its response',
      () => respondingWith('HTTP/1.1 200 O', true),
      /^PROXY_(ECONNRESET|HPE_\w+)$/,
    ],
    [
      'does not speak TLS although its URL is https',
      async () => `https://127.0.0.1:${new URL(await respondingWith('HTTP/1.1 400 x\r\n\r\n')).port}`,
      /^PROXY_(ERR_SSL_|EPROTO)/,
    ],
  ])('fails if the proxy %s', async (_, url, code) => {
    const error = await failure(await url());
    expect(error.code).toMatch(code);
    expect(error.message).toMatch(/^cannot reach the proxy (127\.0\.0\.1|nowhere\.invalid):\d+ \(\w+\)$/);
    expect(isProxyRefusal(error.code)).toBe(false);
  });

  it('fails after the timeout', async () => {
    const proxy = await startProxy({ refuse: () => 0 });
    const error = await failure(proxy.url, 50);
    expect(error.message).toBe(`cannot reach the proxy ${proxy.address} (TimeoutError)`);
  });

  it('fails when it is canceled', async () => {
    const proxy = await startProxy({ refuse: () => 0 });
    const got = await new Promise((resolve) => {
      const options = { timeoutMs: 5_000, secureContext: undefined };
      const cancel = openTunnel(proxyAt(proxy.url), { hostname: 'h', port: 1 }, options, resolve);
      cancel();
      cancel();
    });
    expect(got).toMatchObject({ code: 'PROXY_Aborted' });
  });
});
