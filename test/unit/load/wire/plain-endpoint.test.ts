import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPlainEndpoint } from '../../../../src/load/wire/plain-endpoint.ts';
import { tempDir } from '../../../helpers/temp.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const url = 'http://127.0.0.1:8000/base';
const none = { region: undefined, profile: undefined, endpointUrl: undefined };
const named = { ...none, region: 'us-east-1', endpointUrl: url };

/** An environment with an empty home folder. */
const cleanEnv = (): NodeJS.ProcessEnv => ({ HOME: tempDir(), ...keys });

describe('the plain endpoint', () => {
  it.each<[title: string, options: Partial<typeof named>, env: NodeJS.ProcessEnv]>([
    ['options', named, {}],
    ['the variables of all services', {}, { AWS_ENDPOINT_URL: url, AWS_REGION: 'us-east-1' }],
    [
      'the variables that take precedence',
      {},
      {
        AWS_ENDPOINT_URL_DYNAMODB: url,
        AWS_ENDPOINT_URL: 'http://other',
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'eu-west-1',
      },
    ],
    ['the default region', {}, { AWS_ENDPOINT_URL: url, AWS_DEFAULT_REGION: 'us-east-1' }],
    ['options rather than variables', named, { AWS_ENDPOINT_URL: 'http://other', AWS_REGION: 'eu-west-1' }],
    ['options although there is a proxy for other hosts', named, { HTTP_PROXY: 'http://proxy', NO_PROXY: '127.0.0.1' }],
  ])('comes from %s', async (_, options, env) => {
    const found = findPlainEndpoint({ ...none, ...options }, { ...cleanEnv(), ...env, AWS_SESSION_TOKEN: 'token' });
    expect([found?.endpoint.href, found?.region]).toEqual([url, 'us-east-1']);
    expect(await found?.credentials()).toEqual({
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  it.each<[title: string, options: object, env: NodeJS.ProcessEnv]>([
    ['no endpoint', { endpointUrl: undefined }, {}],
    ['an endpoint of another scheme', { endpointUrl: 'ftp://127.0.0.1' }, {}],
    ['an endpoint with a query', { endpointUrl: 'http://127.0.0.1/?a=b' }, {}],
    ['an endpoint with a user', { endpointUrl: 'http://me@127.0.0.1/' }, {}],
    ['no region', { region: undefined }, {}],
    ['a malformed region', { region: 'us east' }, {}],
    ['a region with a meaning of its own', { region: 'fips-us-east-1' }, {}],
    ['a profile', { profile: 'dev' }, {}],
    ['no key', {}, { AWS_ACCESS_KEY_ID: '' }],
    ['no secret', {}, { AWS_SECRET_ACCESS_KEY: undefined }],
    ['a proxy', {}, { http_proxy: 'http://proxy:3128' }],
    ['a malformed proxy', {}, { HTTP_PROXY: 'socks5://proxy' }],
    ...[
      ...['AWS_PROFILE', 'AWS_CREDENTIAL_SCOPE', 'AWS_ACCOUNT_ID_ENDPOINT_MODE', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'],
      ...['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'],
    ].map((name): [string, object, NodeJS.ProcessEnv] => [name, {}, { [name]: 'true' }]),
  ])('is left to the SDK with %s', (_, options, env) => {
    expect(findPlainEndpoint(named, cleanEnv())).toBeDefined();
    expect(findPlainEndpoint({ ...named, ...options }, { ...cleanEnv(), ...env })).toBeUndefined();
  });

  it.each([
    ['config', '[default]\nregion = eu-west-1\nmax_attempts = 2\n', true],
    ['config', '[default]\nuse_fips_endpoint = true\n', false],
    ['config', '[default]\nuse_dualstack_endpoint = true\n', false],
    ['config', '[default]\nignore_configured_endpoint_urls = true\n', false],
    ['credentials', '[default]\naccount_id_endpoint_mode = required\n', false],
  ])('respects ~/.aws/%s with %j', (file, content, isPlain) => {
    const env = cleanEnv();
    const folder = join(env['HOME'] ?? '', '.aws');
    mkdirSync(folder);
    writeFileSync(join(folder, file), content);
    expect(findPlainEndpoint(named, env) !== undefined).toBe(isPlain);
  });

  it('respects the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name, even if they are unreadable', () => {
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) {
      expect(findPlainEndpoint(named, { ...cleanEnv(), [name]: tempDir() })).toBeUndefined();
    }
  });
});
