import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../../aws/credentials.ts';
import { findProxy } from '../../aws/net/proxy.ts';
import { regionOfEnvironment } from '../../aws/region.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import type { WireEndpoint } from './endpoint.ts';

/** Variables that change how the SDK finds the endpoint or the credentials. */
const furtherVariables = [
  ...['AWS_PROFILE', 'AWS_CREDENTIAL_SCOPE', 'AWS_ACCOUNT_ID_ENDPOINT_MODE', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'],
  ...['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'],
];

/** Words of the settings in profile files that change the endpoint even if the environment names it. */
const endpointSettings = /endpoint|fips|dualstack/i;

/**
 * Finds endpoint, region and credentials without the SDK, if the options and the environment name all three, and nothing
 * else has a say. Loading the SDK takes longer than loading a small file into a table.
 * @returns undefined if only the SDK can find them, or explain why they cannot be used
 */
export function findPlainEndpoint(
  { region: regionOption, profile, endpointUrl }: AwsSettings,
  env: NodeJS.ProcessEnv,
): WireEndpoint | undefined {
  const region = regionOption ?? regionOfEnvironment(env) ?? '';
  const endpoint = parseEndpoint(endpointUrl || env['AWS_ENDPOINT_URL_DYNAMODB'] || env['AWS_ENDPOINT_URL'] || '');
  const credentials = credentialsOf(env);
  if (endpoint === undefined || credentials === undefined || !isPlainRegion(region)) return undefined;
  if (profile !== undefined || furtherVariables.some((name) => env[name])) return undefined;
  if (mayUseProxy(endpoint, env) || profileFiles(env).some(mayChangeEndpoint)) return undefined;
  return { endpoint, region, credentials: () => Promise.resolve(credentials) };
}

function parseEndpoint(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  return url.href === `${url.origin}${url.pathname}` ? url : undefined;
}

function credentialsOf(env: NodeJS.ProcessEnv): Credentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey, sessionToken: token || undefined }
    : undefined;
}

/** The SDK gives some names a meaning of their own, such as `fips-us-east-1` and `aws-global`. */
function isPlainRegion(region: string): boolean {
  return /^[a-z0-9-]+$/.test(region) && !/fips|global/.test(region);
}

function mayUseProxy(endpoint: URL, env: NodeJS.ProcessEnv): boolean {
  try {
    return findProxy(endpoint, env) !== undefined;
  } catch {
    return true;
  }
}

function profileFiles(env: NodeJS.ProcessEnv): string[] {
  const folder = join(env['HOME'] || homedir(), '.aws');
  return [
    env['AWS_CONFIG_FILE'] || join(folder, 'config'),
    env['AWS_SHARED_CREDENTIALS_FILE'] || join(folder, 'credentials'),
  ];
}

function mayChangeEndpoint(file: string): boolean {
  try {
    return endpointSettings.test(readFileSync(file, 'latin1'));
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
}
