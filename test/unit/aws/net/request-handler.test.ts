import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeDynamoDBClient } from '../../../../src/aws/clients.ts';
import { toDynamoDBError } from '../../../../src/aws/errors/dynamodb.ts';
import { LoaderError } from '../../../../src/errors.ts';
import { withEnvironment } from './environment.ts';
import { sendResponse, sendError, certificate, type Respond } from '../../load/wire/server.ts';
import { findClosedPort, startProxy, startServer } from './servers.ts';

const AWS_CA_BUNDLE = fileURLToPath(new URL('../../../fixtures/tls/certificate.pem', import.meta.url));
const nothing = { region: undefined, profile: undefined, endpointUrl: undefined };

const table: Respond = (_, response) => {
  sendResponse(response, 200, { Table: { TableName: 't' } });
};

async function describeWith(endpointUrl: string | undefined, more = {}): Promise<string | undefined> {
  const client = makeDynamoDBClient({ ...nothing, endpointUrl, ...more });
  try {
    return await nameOf(client);
  } finally {
    client.destroy();
  }
}

async function nameOf(client: DynamoDBClient): Promise<string | undefined> {
  return (await client.send(new DescribeTableCommand({ TableName: 't' }))).Table?.TableName;
}

/** Returns the error that the user would see. */
async function userErrorOf(run: () => Promise<unknown>): Promise<LoaderError> {
  try {
    await run();
  } catch (error) {
    const known = toDynamoDBError(error, { action: 'DescribeTable', table: 't' });
    if (known instanceof LoaderError) return known;
    throw error;
  }
  throw new Error('the call did not fail');
}

describe('an SDK call', () => {
  it('uses kept-alive tunnels to an https endpoint', async () => {
    const [server, proxy] = [await startServer(table, true), await startProxy({ login: 'user:word' })];
    const env = { AWS_CA_BUNDLE, HTTPS_PROXY: proxy.url.replace('//', '//user:word@') };
    await withEnvironment(env, async () => {
      const client = makeDynamoDBClient({ ...nothing, endpointUrl: server.url });
      for (let i = 0; i < 3; i++) expect(await nameOf(client)).toBe('t');
      client.destroy();
      expect(await describeWith(server.url.replace('127.0.0.1', 'localhost'))).toBe('t');
    });
    const { port } = new URL(server.url);
    expect(proxy.seen.map((one) => `${one.method} ${one.target}`)).toEqual([
      `CONNECT 127.0.0.1:${port}`,
      `CONNECT localhost:${port}`,
    ]);
    expect(server.seen).toHaveLength(4);
    expect(JSON.stringify(server.seen.map((one) => one.headers))).not.toMatch(/proxy/i);
  });

  it('is forwarded to an http endpoint', async () => {
    const [server, proxy] = [await startServer(table), await startProxy({ login: 'user:word' })];
    await withEnvironment({ http_proxy: proxy.url.replace('//', '//user:word@') }, async () => {
      expect(await describeWith(`${server.url}/base`)).toBe('t');
    });
    expect(proxy.seen.map((one) => `${one.method} ${one.target}`)).toEqual([`POST ${server.url}/base/`]);
    expect(server.seen[0]?.path).toBe('/base/');
    expect(server.seen[0]?.headers.host).toBe(new URL(server.url).host);
  });

  it.each([true, false])('uses a proxy that is reached over TLS (https endpoint: %s)', async (tls) => {
    const [server, proxy] = [await startServer(table, tls), await startProxy({ tls: certificate() })];
    await withEnvironment({ AWS_CA_BUNDLE, ALL_PROXY: proxy.url }, async () => {
      expect(await describeWith(server.url)).toBe('t');
    });
    expect(proxy.seen).toHaveLength(1);
  });

  it.each(['http', 'https'])(
    'checks the certificate of a proxy that is reached over TLS (%s endpoint)',
    async (scheme) => {
      const proxy = await startProxy({ tls: certificate(), refuse: () => 503 });
      await withEnvironment({ AWS_CA_BUNDLE, ALL_PROXY: proxy.url }, async () => {
        const error = await userErrorOf(() => describeWith(`${scheme}://other.example`));
        expect(error.message).toContain('did not connect to other.example (HTTP 503)');
      });
      await withEnvironment({ ALL_PROXY: proxy.url }, async () => {
        const error = await userErrorOf(() => describeWith(`${scheme}://other.example`));
        expect(error.message).toContain(`the certificate of the proxy ${proxy.address} is not trusted`);
      });
    },
  );

  it('uses no proxy for a host in NO_PROXY, or for the embedded DynamoDB', async () => {
    const [server, proxy] = [await startServer(table, true), await startProxy()];
    await withEnvironment({ AWS_CA_BUNDLE, HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' }, async () => {
      expect(await describeWith(server.url)).toBe('t');
    });
    const own = await startServer(table);
    await withEnvironment({ AWS_CA_BUNDLE: '/nowhere', HTTP_PROXY: proxy.url }, async () => {
      const settings = { ...nothing, region: 'us-east-1', endpointUrl: own.url };
      const client = makeDynamoDBClient(settings, { accessKeyId: 'a', secretAccessKey: 'b' });
      expect(await nameOf(client)).toBe('t');
      client.destroy();
    });
    expect(proxy.seen).toEqual([]);
  });

  it('trusts only AWS_CA_BUNDLE, also without a proxy', async () => {
    const server = await startServer(table, true);
    await withEnvironment({ AWS_CA_BUNDLE }, async () => {
      expect(await describeWith(server.url)).toBe('t');
    });
    await withEnvironment({}, async () => {
      expect((await userErrorOf(() => describeWith(server.url))).message).toContain('not trusted');
    });
  });
});

describe('a failing proxy of the SDK', () => {
  it.each<[number, boolean, RegExp, number]>([
    [407, true, /requires a valid user name and password \(HTTP 407\)$/, 1],
    [407, false, /requires a valid user name and password \(HTTP 407\)$/, 1],
    [403, true, /did not connect to 127\.0\.0\.1 \(HTTP 403\)$/, 1],
    [403, false, /did not connect to 127\.0\.0\.1 \(HTTP 403\)$/, 1],
    [502, true, /did not connect to 127\.0\.0\.1 \(HTTP 502\)$/, 2],
    [503, false, /did not connect to 127\.0\.0\.1 \(HTTP 503\)$/, 2],
  ])('is named, and retried if that may help: HTTP %i (https: %s)', async (status, tls, words, tries) => {
    const [server, proxy] = [await startServer(table, tls), await startProxy({ refuse: () => status })];
    await withEnvironment({ AWS_CA_BUNDLE, ALL_PROXY: proxy.url.replace('//', '//user:pass@') }, async () => {
      const error = await userErrorOf(() => describeWith(server.url));
      expect(error.code).toBe('ENDPOINT_UNREACHABLE');
      expect(error.message).toMatch(words);
      expect(error.message).toContain(`the proxy ${proxy.address} `);
      expect(`${error.stack ?? ''}${error.hint ?? ''}`).not.toMatch(/user:pass@|Basic/);
    });
    expect(proxy.seen).toHaveLength(tries);
    expect(server.seen).toEqual([]);
  });

  it.each([true, false])('is named if it cannot be reached (https: %s)', async (tls) => {
    const [server, place] = [await startServer(table, tls), `127.0.0.1:${await findClosedPort()}`];
    await withEnvironment({ AWS_CA_BUNDLE, ALL_PROXY: place }, async () => {
      const error = await userErrorOf(() => describeWith(server.url));
      expect(error.code).toBe('ENDPOINT_UNREACHABLE');
      expect(error.message).toBe(`cannot reach the proxy ${place} (ECONNREFUSED)`);
    });
  });

  it('is a usage error if its URL is not valid', async () => {
    await withEnvironment({ ALL_PROXY: 'socks5://p:1' }, async () => {
      expect((await userErrorOf(() => describeWith(undefined))).code).toBe('USAGE');
    });
  });

  it('is not blamed for an error of the endpoint', async () => {
    const server = await startServer((_, response) => {
      sendError(response, 403, 'AccessDeniedException', 'no', { 'x-amzn-requestid': '1' });
    });
    const proxy = await startProxy();
    await withEnvironment({ ALL_PROXY: proxy.url }, async () => {
      expect((await userErrorOf(() => describeWith(server.url))).code).toBe('ACCESS_DENIED');
    });
  });

  it('does not delay a client that is closed', async () => {
    const [server, proxy] = [await startServer(table, true), await startProxy({ refuse: () => 0 })];
    await withEnvironment({ AWS_CA_BUNDLE, ALL_PROXY: proxy.url, AWS_MAX_ATTEMPTS: '1' }, async () => {
      const client = makeDynamoDBClient({ ...nothing, endpointUrl: server.url });
      const ended = userErrorOf(() => nameOf(client));
      while (proxy.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      client.destroy();
      expect((await ended).message).toMatch(/^cannot reach the proxy .* \(Aborted\)$/);
    });
  });
});

describe('the credentials', () => {
  const expiration = new Date(Date.now() + 3_600_000);
  /** Server for STS, SSO and the table. */
  const cloud: Respond = ({ path, body, headers }, response, number) => {
    if (body.includes('Action=AssumeRole')) {
      const found = `<AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiration.toISOString()}</Expiration>`;
      response.end(
        `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${found}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      );
    } else if (path.startsWith('/federation/credentials')) {
      const roleCredentials = {
        accessKeyId: 'AKIDSSO',
        secretAccessKey: 's',
        sessionToken: 't',
        expiration: +expiration,
      };
      sendResponse(response, 200, { roleCredentials });
    } else {
      const table = /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1];
      sendResponse(response, 200, { Table: { TableName: table ?? String(number) } });
    }
  };
  const start = 'https://example.awsapps.com/start';

  it.each<[string, string, string, Record<string, string>]>([
    [
      'a role (STS)',
      '[profile p]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n',
      'AKIDROLE',
      {},
    ],
    [
      'SSO',
      `[profile p]\nsso_start_url = ${start}\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = r\n`,
      'AKIDSSO',
      {},
    ],
  ])('of %s are fetched through the proxy and trust the bundle', async (_, config, expected) => {
    const [server, proxy] = [await startServer(cloud, true), await startProxy()];
    const files = { config, credentials: '[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = secret\n' };
    const env = { AWS_CA_BUNDLE, HTTPS_PROXY: proxy.url, AWS_ENDPOINT_URL: server.url };
    await withEnvironment(
      env,
      async () => {
        const cache = join(process.env['HOME'] ?? '', '.aws/sso/cache');
        mkdirSync(cache, { recursive: true });
        const token = { accessToken: 'token', expiresAt: expiration.toISOString() };
        const name = createHash('sha1').update(start).digest('hex');
        writeFileSync(join(cache, `${name}.json`), JSON.stringify(token));
        expect(await describeWith(undefined, { profile: 'p' })).toBe(expected);
      },
      files,
    );
    expect(server.seen).toHaveLength(2);
    expect(proxy.seen.length).toBeGreaterThan(0);
    expect(new Set(proxy.seen.map((one) => one.target))).toEqual(new Set([new URL(server.url).host]));
  });

  it('of instance metadata are requested without a proxy', async () => {
    const server = await startServer(({ path }, response) => {
      if (path.endsWith('/api/token')) response.end('token');
      else if (path.endsWith('/')) response.end('role');
      else {
        const [Code, Token, Expiration] = ['Success', 't', expiration.toISOString()];
        sendResponse(response, 200, { Code, AccessKeyId: 'AKIDMACHINE', SecretAccessKey: 's', Token, Expiration });
      }
    });
    const [dynamodb, proxy] = [await startServer(cloud), await startProxy()];
    const env = {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url,
      ALL_PROXY: proxy.url,
    };
    await withEnvironment(env, async () => {
      expect(await describeWith(dynamodb.url)).toBe('AKIDMACHINE');
    });
    expect(server.seen.length).toBeGreaterThan(1);
    expect(proxy.seen.map((one) => one.target)).toEqual([`${dynamodb.url}/`]);
  });
});
