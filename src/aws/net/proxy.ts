import { LoaderError } from '../../errors.ts';
import { basicOf } from './basic.ts';
import { isExempt } from './no-proxy.ts';

/** A proxy that the environment names. */
export interface ProxyServer {
  /** The variable that names it, as it is written there. */
  readonly variable: string;
  /** Whether the connection to the proxy itself is TLS. */
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** Host and port: what may be shown of it. */
  readonly place: string;
  /** What Proxy-Authorization says. Secret; undefined where its URL has no user. */
  readonly authorization: string | undefined;
}

/** Where cloud machines and containers get their metadata and credentials: on this machine's own link, by no proxy. */
const metadataHosts: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '[fd00:ec2::254]',
  '[fd00:ec2::23]',
]);

/**
 * The proxy for requests to a URL, by `https_proxy` or `http_proxy`, else `all_proxy`, each in lower case before
 * upper case, and `no_proxy`; an empty variable is none. So curl has it; but where a proxy's URL names no port it is that of
 * the scheme. Hosts of instance metadata have none.
 * @throws LoaderError USAGE where what the variable holds is not the URL of an HTTP proxy; it is not shown.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): ProxyServer | undefined {
  const found = variable(env, url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') ?? variable(env, 'all_proxy');
  if (found === undefined || metadataHosts.has(url.hostname)) return undefined;
  const noProxy = variable(env, 'no_proxy');
  if (noProxy !== undefined && isExempt(url.hostname, portOf(url), noProxy.value)) return undefined;
  return readProxy(found.name, found.value);
}

/** The port that a URL leads to. */
function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

function variable(env: NodeJS.ProcessEnv, lower: string): { name: string; value: string } | undefined {
  for (const name of [lower, lower.toUpperCase()]) {
    const value = env[name]?.trim();
    if (value) return { name, value };
  }
  return undefined;
}

function readProxy(name: string, value: string): ProxyServer {
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url?.protocol.slice(0, -1);
  if (url === undefined || url.hostname === '' || (scheme !== 'http' && scheme !== 'https')) {
    const what = scheme === undefined || url?.hostname === '' ? 'is not a URL' : `names a proxy of the kind ${scheme}`;
    throw new LoaderError('USAGE', `${name} ${what}`, {
      hint: `Give ${name} as http://host:port or https://host:port, characters like @ and / in a password percent-encoded, or name what needs no proxy in NO_PROXY.`,
    });
  }
  const port = portOf(url);
  return {
    variable: name,
    secure: scheme === 'https',
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    place: `${url.hostname}:${port}`,
    authorization: basicOf(url),
  };
}
