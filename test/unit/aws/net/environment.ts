import { withAws } from '../environment.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1' };
const proxies = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];
const noProxies = Object.fromEntries(proxies.flatMap((name) => [name, name.toUpperCase()]).map((name) => [name, '']));

/** Like `withAws`, with keys, a region, two attempts for each call, and only the given proxies. */
export async function withEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  run: () => Promise<T>,
  files: { config?: string; credentials?: string } = {},
): Promise<T> {
  return withAws({ AWS_MAX_ATTEMPTS: '2', ...noProxies, ...keys, ...variables }, files, run);
}
