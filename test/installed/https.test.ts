import { readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { closeServer, listen } from '../helpers/loopback.ts';
import { startConnectProxy, type ConnectProxy, type ConnectProxyOptions } from '../helpers/proxy/connect-proxy.ts';
import { startFaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { forward, readAll } from '../helpers/proxy/http.ts';
import { run, summaryOf, tempDir, type RunResult } from '../helpers/run/run.ts';
import { createTable } from '../helpers/compare/tables.ts';

const tls = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const bundle = tls('certificate.pem');
const certificate = { key: readFileSync(tls('key.pem')), cert: readFileSync(bundle) };
const airports = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data/airports.csv');
const mapping = { keys: ['iata'] };

const emulator = withDynalite();
/** HTTPS server in front of the emulator. */
let front: { readonly endpoint: string; readonly host: string; connections: number; stop(): Promise<void> };

beforeAll(async () => {
  front = await startFront(emulator.endpoint);
});
afterAll(async () => {
  await front.stop();
});

const toStop: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of toStop.splice(0).reverse()) await one.stop();
});

async function startFront(target: string): Promise<typeof front> {
  const agent = new Agent({ keepAlive: true });
  const to = { target: new URL(target), agent };
  const server = createServer(certificate, (request, response) => {
    void (async () => {
      const { status, headers, body } = await forward(to, request, await readAll(request));
      response.writeHead(status, { ...headers, 'content-length': String(body.length) }).end(body);
    })().catch(() => response.destroy());
  });
  server.on('connection', () => (made.connections += 1));
  const host = `127.0.0.1:${await listen(server)}`;
  const made = {
    endpoint: `https://${host}`,
    host,
    connections: 0,
    stop: async () => {
      agent.destroy();
      await closeServer(server);
    },
  };
  return made;
}

async function startProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const proxy = await startConnectProxy(options);
  toStop.push(proxy);
  return proxy;
}

/** Loads the airports into a new table, with only these environment variables set. */
async function load(
  env: Record<string, string>,
  endpoint = front.endpoint,
  ...more: string[]
): Promise<RunResult & { table: string }> {
  const table = await createTable(emulator.client, { partitionKey: ['iata', 'S'] });
  const args = ['direct', airports, '--table', table, '--endpoint-url', endpoint, '--json', ...more];
  return { ...(await run(args, { cwd: tempDir(), env: { AWS_MAX_ATTEMPTS: '2', ...env } })), table };
}

async function expectLoaded(result: RunResult & { table: string }): Promise<void> {
  expect(result.stderr).not.toContain('error');
  expect(result.status).toBe(0);
  expect(await compareTableWithFile(emulator.client, result.table, airports, mapping)).toEqual([]);
}

/** Returns the error of the summary, and asserts that no output contains the secret. */
function errorOf(
  result: RunResult,
  status: number,
  secret = 'geheim',
): { code: string; message: string; hint: string } {
  expect(result.status).toBe(status);
  expect(result.stdout + result.stderr).not.toContain(secret);
  expect(result.stdout + result.stderr).not.toContain(btoa(`user:${secret}`));
  const { error } = summaryOf(result);
  if (error === null) throw new Error('the summary has no error');
  return { code: error.code, message: error.message, hint: error.hint ?? '' };
}

describe('an endpoint whose certificate comes from a private authority', () => {
  const other = (): string => {
    const file = join(tempDir(), 'other.pem');
    writeFileSync(file, rootCertificates[0] ?? '');
    return file;
  };

  it.each<[string, () => Record<string, string>]>([
    ['AWS_CA_BUNDLE', () => ({ AWS_CA_BUNDLE: bundle })],
    ['NODE_EXTRA_CA_CERTS', () => ({ NODE_EXTRA_CA_CERTS: bundle })],
    ['NODE_EXTRA_CA_CERTS beside AWS_CA_BUNDLE', () => ({ NODE_EXTRA_CA_CERTS: bundle, AWS_CA_BUNDLE: other() })],
  ])('is trusted by %s', async (_, env) => {
    await expectLoaded(await load(env()));
  });

  it.each<[string, () => Record<string, string>]>([
    ['default', () => ({})],
    ['a bundle without its authority', () => ({ AWS_CA_BUNDLE: other() })],
  ])('is not trusted by %s', async (_, env) => {
    const error = errorOf(await load(env()), 3);
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.message).toMatch(/^the certificate of .* is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/);
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('is not contacted if the bundle cannot be read', async () => {
    const result = await load({ AWS_CA_BUNDLE: '/nowhere/bundle.pem' });
    expect(result.status).toBe(64);
    expect(result.stderr).toMatch(/^error USAGE: .*AWS_CA_BUNDLE/m);
  });
});

describe('a proxy', () => {
  it('receives every HTTPS connection', async () => {
    const proxy = await startProxy({ login: 'user:geheim' });
    const before = front.connections;
    const result = await load({ AWS_CA_BUNDLE: bundle, HTTPS_PROXY: proxy.url.replace('//', '//user:geheim@') });
    await expectLoaded(result);
    expect(new Set(proxy.seen.map((one) => `${one.method} ${one.target}`))).toEqual(new Set([`CONNECT ${front.host}`]));
    // One for the SDK's calls, one or more for the writes.
    expect(proxy.seen.length).toBeGreaterThan(1);
    expect(front.connections - before).toBe(proxy.seen.length);
    expect(result.stdout + result.stderr).not.toContain('geheim');
  });

  it.each(['127.0.0.1', '*', 'the port too'])('receives no connection if NO_PROXY is %s', async (noProxy) => {
    const proxy = await startProxy();
    const NO_PROXY = noProxy === 'the port too' ? `localhost,${front.host}` : noProxy;
    await expectLoaded(await load({ AWS_CA_BUNDLE: bundle, HTTPS_PROXY: proxy.url, ALL_PROXY: proxy.url, NO_PROXY }));
    expect(proxy.seen).toEqual([]);
  });

  it('forwards every HTTP request', async () => {
    const proxy = await startProxy();
    const counting = await startFaultProxy(emulator.endpoint);
    toStop.push(counting);
    await expectLoaded(await load({ HTTP_PROXY: proxy.url }, counting.endpoint));
    expect(new Set(proxy.seen.map((one) => `${one.method} ${one.target}`))).toEqual(
      new Set([`POST ${counting.endpoint}/`]),
    );
    expect(proxy.seen).toHaveLength(counting.counts.requests + counting.counts.others);
  });

  it('that uses TLS also receives the connections', async () => {
    const proxy = await startProxy({ tls: certificate });
    await expectLoaded(await load({ AWS_CA_BUNDLE: bundle, https_proxy: proxy.url }));
    expect(proxy.seen.length).toBeGreaterThan(1);
  });

  it('is not used for the embedded DynamoDB', async () => {
    const proxy = await startProxy();
    const cwd = tempDir();
    const args = ['direct', airports, '--table', 'airports', '--partition-key', 'iata', '--local', '--json'];
    const result = await run(args, { cwd, env: { ALL_PROXY: proxy.url, AWS_CA_BUNDLE: '/nowhere' } });
    expect(result.status).toBe(0);
    expect(proxy.seen).toEqual([]);
  });
});

describe('a proxy that fails', () => {
  it.each(['https', 'http'])('for a wrong password is named without the credentials (%s)', async (scheme) => {
    const proxy = await startProxy({ login: 'user:richtig' });
    const env = { AWS_CA_BUNDLE: bundle, ALL_PROXY: proxy.url.replace('//', '//user:geheim@') };
    const error = errorOf(await load(env, scheme === 'https' ? front.endpoint : emulator.endpoint, '--verbose'), 3);
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.message).toBe(`the proxy ${proxy.address} requires a valid user name and password (HTTP 407)`);
    expect(error.hint).toContain('ALL_PROXY');
  });

  it.each(['https', 'http'])('because it is down is named (%s)', async (scheme) => {
    const proxy = await startConnectProxy();
    await proxy.stop();
    const env = { AWS_CA_BUNDLE: bundle, ALL_PROXY: `user:geheim@${proxy.address}` };
    const error = errorOf(await load(env, scheme === 'https' ? front.endpoint : emulator.endpoint), 3);
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.message).toBe(`cannot reach the proxy ${proxy.address} (ECONNREFUSED)`);
  });

  it('because its protocol is unsupported is a usage error', async () => {
    const error = errorOf(await load({ ALL_PROXY: 'socks5://user:geheim@127.0.0.1:1080' }), 64);
    expect(error.code).toBe('USAGE');
    expect(error.message).toBe('ALL_PROXY has an unsupported proxy type: socks5');
  });

  it('temporarily midway is retried', async () => {
    const proxy = await startProxy({ refuse: (_, number) => (number > 2 && number < 6 ? 502 : undefined) });
    const faults = await startFaultProxy(emulator.endpoint, {
      onRequest: ({ number }) => {
        if (number === 5 || number === 20) proxy.cutTunnels();
      },
    });
    const own = await startFront(faults.endpoint);
    toStop.push(faults, own);
    const env = { AWS_CA_BUNDLE: bundle, HTTPS_PROXY: proxy.url };
    const result = await load(env, own.endpoint, '--concurrency', '4');
    await expectLoaded(result);
    expect(summaryOf(result).retries).toBeGreaterThan(0);
  });

  it('permanently midway ends the run immediately, and --resume continues', async () => {
    const proxy = await startProxy({ refuse: (_, number) => (number > 2 ? 407 : undefined) });
    const faults = await startFaultProxy(emulator.endpoint, {
      onRequest: ({ number }) => {
        if (number === 5) proxy.cutTunnels();
      },
    });
    const own = await startFront(faults.endpoint);
    toStop.push(faults, own);
    const table = await createTable(emulator.client, { partitionKey: ['iata', 'S'] });
    const args = ['direct', airports, '--table', table, '--endpoint-url', own.endpoint, '--concurrency', '1', '--json'];
    const cwd = tempDir();
    const env = { AWS_CA_BUNDLE: bundle };
    const result = await run(args, { cwd, env: { ...env, HTTPS_PROXY: proxy.url.replace('//', '//user:geheim@') } });
    expect(errorOf(result, 3).message).toContain(`the proxy ${proxy.address} requires a valid user name and password`);
    const resumed = await run([...args, '--resume'], { cwd, env });
    await expectLoaded({ ...resumed, table });
  });
});
