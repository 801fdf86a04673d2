import { LoaderError } from '../../errors.ts';
import { basicAuthorization } from './basic-auth.ts';
import { isExempt } from './no-proxy.ts';

/** A proxy from an environment variable. */
export interface ProxyServer {
  /** Name of the variable, in the letter case of the environment. */
  readonly variable: string;
  /** Whether the connection to the proxy itself uses TLS. */
  readonly isTls: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** Host and port, for messages. */
  readonly hostAndPort: string;
  /** Proxy-Authorization header; undefined if the URL has no user. Secret. */
  readonly authorization: string | undefined;
}

/** Metadata and credential services of cloud machines and containers. They are link-local, so no proxy can reach them. */
const metadataHosts: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '[fd00:ec2::254]',
  '[fd00:ec2::23]',
]);

/**
 * Returns the proxy for a URL: that of `https_proxy` or `http_proxy`, else of `all_proxy`, unless `no_proxy` exempts the host.
 * Lower-case variables take precedence over upper-case ones, and an empty variable counts as unset. These are the rules of
 * curl, except that the default port is that of the proxy's scheme. Instance metadata is never requested through a proxy.
 * @throws LoaderError USAGE if the variable is not the URL of an HTTP proxy. The message does not show its value.
 */
export function findProxy(url: URL, env: NodeJS.ProcessEnv): ProxyServer | undefined {
  const schemeVariable = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const found = readVariable(env, schemeVariable) ?? readVariable(env, 'all_proxy');
  if (found === undefined || metadataHosts.has(url.hostname)) return undefined;
  const noProxy = readVariable(env, 'no_proxy');
  if (noProxy !== undefined && isExempt(url.hostname, portOf(url), noProxy.value)) return undefined;
  return parseProxy(found.name, found.value);
}

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

function readVariable(env: NodeJS.ProcessEnv, lower: string): { name: string; value: string } | undefined {
  for (const name of [lower, lower.toUpperCase()]) {
    const value = env[name]?.trim();
    if (value) return { name, value };
  }
  return undefined;
}

function parseProxy(name: string, value: string): ProxyServer {
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url?.protocol.slice(0, -1);
  if (url === undefined || url.hostname === '' || (scheme !== 'http' && scheme !== 'https')) {
    const isUrl = scheme !== undefined && url?.hostname !== '';
    throw new LoaderError(
      'USAGE',
      `${name} ${isUrl ? `has an unsupported proxy type: ${scheme}` : 'is not a valid URL'}`,
      {
        hint: `Set ${name} to http://host:port or https://host:port, and percent-encode special characters in the password.`,
      },
    );
  }
  const port = portOf(url);
  return {
    variable: name,
    isTls: scheme === 'https',
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    hostAndPort: `${url.hostname}:${port}`,
    authorization: basicAuthorization(url),
  };
}
