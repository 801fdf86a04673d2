import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeDynamoDBClient } from '../../../../src/aws/clients.ts';
import { findWireEndpoint, type WireEndpoint } from '../../../../src/load/wire/endpoint.ts';
import { LoaderError } from '../../../../src/errors.ts';
import type { AwsSettings } from '../../../../src/aws/settings.ts';
import { withAws } from '../../aws/environment.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const nothing: AwsSettings = { region: undefined, profile: undefined, endpointUrl: undefined };

async function find(settings: Partial<AwsSettings>, table = 't'): Promise<WireEndpoint> {
  const client = makeDynamoDBClient({ ...nothing, ...settings });
  try {
    return await findWireEndpoint(client, table);
  } finally {
    client.destroy();
  }
}

async function failure(run: () => Promise<unknown>): Promise<LoaderError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof LoaderError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

describe('the endpoint', () => {
  const config = [
    '[profile local]',
    'region = eu-north-1',
    'services = mine',
    '[services mine]',
    'dynamodb =',
    '  endpoint_url = http://localhost:8000/base',
    '',
  ].join('\n');
  const credentials = '[local]\naws_access_key_id = AKIDLOCAL\naws_secret_access_key = secret\n';

  it.each<[string, Partial<AwsSettings>, Record<string, string>, string, string]>([
    ['of AWS', { region: 'eu-west-3' }, keys, 'https://dynamodb.eu-west-3.amazonaws.com/', 'eu-west-3'],
    [
      'of AWS_REGION',
      {},
      { ...keys, AWS_REGION: 'cn-north-1' },
      'https://dynamodb.cn-north-1.amazonaws.com.cn/',
      'cn-north-1',
    ],
    [
      'of AWS_DEFAULT_REGION',
      {},
      { ...keys, AWS_DEFAULT_REGION: 'sa-east-1' },
      'https://dynamodb.sa-east-1.amazonaws.com/',
      'sa-east-1',
    ],
    [
      'from the settings',
      { region: 'us-east-1', endpointUrl: 'http://127.0.0.1:4567' },
      keys,
      'http://127.0.0.1:4567/',
      'us-east-1',
    ],
    [
      'from the settings, without user and query',
      { region: 'us-east-1', endpointUrl: 'http://user:password@127.0.0.1:4567/base?query=1' },
      keys,
      'http://127.0.0.1:4567/base/',
      'us-east-1',
    ],
    [
      'of AWS_ENDPOINT_URL',
      { region: 'us-east-1' },
      { ...keys, AWS_ENDPOINT_URL: 'http://h:1' },
      'http://h:1/',
      'us-east-1',
    ],
    [
      'of AWS_ENDPOINT_URL_DYNAMODB',
      { region: 'us-east-1' },
      { ...keys, AWS_ENDPOINT_URL: 'http://h:1', AWS_ENDPOINT_URL_DYNAMODB: 'https://h:2/x' },
      'https://h:2/x/',
      'us-east-1',
    ],
    [
      'of an account',
      { region: 'us-east-1' },
      { ...keys, AWS_ACCOUNT_ID: '123456789012' },
      'https://123456789012.ddb.us-east-1.amazonaws.com/',
      'us-east-1',
    ],
    [
      'of FIPS',
      { region: 'us-east-1' },
      { ...keys, AWS_USE_FIPS_ENDPOINT: 'true' },
      'https://dynamodb-fips.us-east-1.amazonaws.com/',
      'us-east-1',
    ],
    ['of a profile', { profile: 'local' }, {}, 'http://localhost:8000/base/', 'eu-north-1'],
  ])('%s is the one that the SDK uses', async (_, settings, variables, url, region) => {
    await withAws(variables, { config, credentials }, async () => {
      const found = await find(settings);
      expect(found.endpoint.href).toBe(url);
      expect(found.region).toBe(region);
      expect((await found.credentials()).secretAccessKey).toBe('secret');
    });
  });
});

describe('the credentials provider', () => {
  it('returns new credentials only with forceRefresh', async () => {
    await withAws(keys, {}, async () => {
      const { credentials } = await find({ region: 'us-east-1' });
      process.env['AWS_ACCESS_KEY_ID'] = 'AKIDOTHER';
      expect((await credentials()).accessKeyId).toBe('AKIDEXAMPLE');
      expect((await credentials({ forceRefresh: true })).accessKeyId).toBe('AKIDOTHER');
      expect((await credentials()).accessKeyId).toBe('AKIDOTHER');
    });
  });
});

describe('explicit credentials', () => {
  it('are used instead of those of the environment', async () => {
    await withAws(keys, {}, async () => {
      const settings = { region: 'us-east-1', profile: undefined, endpointUrl: 'http://[::1]:8000' };
      const client = makeDynamoDBClient(settings, { accessKeyId: 'AKIDGIVEN', secretAccessKey: 'given' });
      const found = await findWireEndpoint(client, 't');
      expect(found.endpoint.href).toBe('http://[::1]:8000/');
      expect((await found.credentials({ forceRefresh: true })).accessKeyId).toBe('AKIDGIVEN');
    });
  });
});

describe('the files of a profile', () => {
  it('are read again with forceRefresh', async () => {
    const keysOf = (id: string): string => `[default]\naws_access_key_id = ${id}\naws_secret_access_key = secret\n`;
    await withAws({}, { credentials: keysOf('AKIDOLD') }, async () => {
      const { credentials } = await find({ region: 'us-east-1' });
      writeFileSync(process.env['AWS_SHARED_CREDENTIALS_FILE'] ?? '', keysOf('AKIDNEW'));
      expect((await credentials()).accessKeyId).toBe('AKIDOLD');
      expect((await credentials({ forceRefresh: true })).accessKeyId).toBe('AKIDNEW');
    });
  });
});

describe('a missing or malformed setting', () => {
  it.each<[string, Partial<AwsSettings>, Record<string, string>, string, RegExp]>([
    ['the region', {}, keys, 'REGION_MISSING', /--region/],
    ['credentials', { region: 'us-east-1' }, {}, 'CREDENTIALS_INVALID', /AWS_ACCESS_KEY_ID/],
    ['the profile', { region: 'us-east-1', profile: 'missing' }, {}, 'CREDENTIALS_INVALID', /--profile/],
    [
      'the profile, even if the environment has keys',
      { region: 'us-east-1', profile: 'missing' },
      keys,
      'CREDENTIALS_INVALID',
      /--profile/,
    ],
    ['a valid region', { region: 'us east' }, keys, 'USAGE', /--region/],
    ['a URL as endpoint', { region: 'us-east-1', endpointUrl: 'user:password' }, keys, 'USAGE', /--endpoint-url/],
    [
      'a URL in AWS_ENDPOINT_URL',
      { region: 'us-east-1' },
      { ...keys, AWS_ENDPOINT_URL: 'user:password' },
      'USAGE',
      /AWS_ENDPOINT_URL/,
    ],
    [
      'HTTP in AWS_ENDPOINT_URL',
      { region: 'us-east-1' },
      { ...keys, AWS_ENDPOINT_URL: 'ftp://user:password@host/' },
      'USAGE',
      /AWS_ENDPOINT_URL/,
    ],
  ])('is an error with a hint: %s', async (_, settings, variables, code, hint) => {
    await withAws(variables, {}, async () => {
      const error = await failure(() => find(settings));
      expect(error.code).toBe(code);
      expect(error.hint).toMatch(hint);
      expect(error.message).not.toContain('password');
    });
  });
});
