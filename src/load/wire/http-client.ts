import type { ConnectorOptions } from '../../aws/net/connector.ts';
import { dynamodbError } from '../../aws/errors/dynamodb.ts';
import { isClockError } from '../../aws/errors/meanings.ts';
import { isCertificateError, untrustedCertificateError } from '../../aws/net/certificates.ts';
import { LoaderError } from '../../errors.ts';
import { proxyStatusCode, isProxyResponse, isProxyRefusal, toProxyLoaderError } from '../../aws/net/errors.ts';
import { findProxy, type ProxyServer } from '../../aws/net/proxy.ts';
import { findRoute } from '../../aws/net/route.ts';
import { trustedAuthorities } from '../../aws/net/trust.ts';
import type { TableDescription } from '../../dynamodb/table.ts';
import { maxAuto } from '../flow/concurrency.ts';
import { requestTimeoutMs } from '../limits.ts';
import type { WriteSettings } from '../settings.ts';
import { parseDescription } from './parse-description.ts';
import { parseResponse } from './parse-response.ts';
import type { BatchWriteResult, WireClient } from './client.ts';
import { cacheCredentials } from './credentials.ts';
import type { WireEndpoint } from './endpoint.ts';
import { shareReadBuffer, SocketPool } from './socket-pool.ts';
import { makeSigner } from './sign.ts';

export interface WireOptions extends WireEndpoint {
  /** Maximum sockets: one for each request in flight. */
  readonly connections: number;
  /** For tests. Default: `requestTimeoutMs`, which the next process waits for after a kill. */
  readonly requestTimeoutMs?: number | undefined;
  /** Environment with proxies and AWS_CA_BUNDLE. Default: the one of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Options of the sockets for tests, for example a certificate authority. */
  readonly socket?: ConnectorOptions['socket'];
}

/** Milliseconds after which a description counts as lost. DescribeTable takes 10 to 100. */
const describeTimeoutMs = 2_000;

/** AWS accepts signatures that are up to 5 minutes old, so a smaller clock error than this is not why it refused one. */
const minSkewMs = 60_000;

/** A client that can also describe a table. */
export interface DescribingClient extends WireClient {
  /**
   * Describes a table with a single request.
   * @returns undefined if the request fails, whatever the reason, or if the table does not accept writes
   * @throws LoaderError CREDENTIALS_INVALID
   */
  tryDescribe(table: string): Promise<TableDescription | undefined>;
}

/** Returns the maximum number of sockets of a load: one for each request in flight. */
export function maxSockets({ concurrency }: Pick<WriteSettings, 'concurrency'>): number {
  return concurrency === 'auto' ? maxAuto : concurrency;
}

const operation = { action: 'BatchWriteItem' } as const;

/**
 * Opens a client that sends encoded bodies: one signed request each, over keep-alive sockets, through the proxy of the
 * environment if there is one. It renews refused credentials, and corrects its clock by the Date header of the response,
 * each once per request. The caller retries after all other failures. A failed proxy counts as a lost response; a proxy
 * that refuses the connection (403, 407) ends the run.
 * @throws LoaderError USAGE if the environment names a proxy or a CA bundle that cannot be used.
 */
export function openWireClient(options: WireOptions): DescribingClient {
  const url = options.endpoint;
  const path = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
  const timeoutMs = options.requestTimeoutMs ?? requestTimeoutMs;
  const signingTarget = { host: url.host, path, region: options.region };
  const sign = makeSigner({ ...signingTarget, action: 'BatchWriteItem' });
  const cache = cacheCredentials(options.credentials);
  const env = options.env ?? process.env;
  const socket = { onread: shareReadBuffer(), ...options.socket };
  // Parsing a bundle of all public authorities takes longer than loading a small file.
  const needsTls = url.protocol === 'https:' || findProxy(url, env) !== undefined;
  const secureContext = needsTls ? trustedAuthorities(env) : undefined;
  const route = findRoute(url, { env, timeoutMs, secureContext, socket });
  const requestPath = `${route.pathPrefix}${path}`;
  const sockets = new SocketPool(route, options.connections);
  /** Milliseconds by which the endpoint's clock is ahead of this machine. */
  let skewMs = 0;

  /** @returns whether the next signature would have a time that differs by a minute or more. */
  function correctClock(date: string | undefined, usedSkewMs: number): boolean {
    const differs = (otherMs: number): boolean => Math.abs(otherMs - usedSkewMs) >= minSkewMs;
    // Another request in flight may have corrected the clock in the meantime.
    if (differs(skewMs)) return true;
    const foundMs = Date.parse(date ?? '') - Date.now();
    if (differs(foundMs)) skewMs = foundMs;
    return differs(foundMs);
  }

  async function send(body: Buffer): Promise<BatchWriteResult> {
    let isRenewed = false;
    let isCorrected = false;
    for (;;) {
      const credentials = cache.cached() ?? (await cache.current());
      const usedSkewMs = skewMs;
      const headers = sign(body, credentials, Date.now() + usedSkewMs);
      headers.push(...route.headers);
      const raw = await sockets.exchange(requestPath, headers, body, timeoutMs);
      if (raw.kind === 'lost') return lostResponse(raw.code, url, route.proxy);
      if (route.isForwarded && isProxyResponse(raw)) return lostResponse(proxyStatusCode(raw.status), url, route.proxy);
      const response = parseResponse(raw, credentials);
      if (response.kind === 'renew') {
        if (isRenewed) return fatal(dynamodbError('CREDENTIALS_INVALID', operation, ''));
        isRenewed = true;
        await cache.renew(credentials);
      } else if (response.kind === 'clock') {
        const wasOff = !isCorrected && correctClock(raw.headers['date'], usedSkewMs);
        const isLate = isClockError(response.code, response.message);
        // Also retries a request that was delayed although the clock is right, for example by a sleeping laptop.
        if (isCorrected || !(wasOff || isLate)) {
          return fatal(dynamodbError(isLate ? 'CLOCK_SKEWED' : 'CREDENTIALS_INVALID', operation, ''));
        }
        isCorrected = true;
      } else {
        return response;
      }
    }
  }

  return {
    batchWrite: (body) => send(body).catch(toResult),
    async tryDescribe(table) {
      const body = Buffer.from(JSON.stringify({ TableName: table }));
      const signDescribe = makeSigner({ ...signingTarget, action: 'DescribeTable' });
      const headers = [...signDescribe(body, await cache.current(), Date.now()), ...route.headers];
      const raw = await sockets.exchange(requestPath, headers, body, describeTimeoutMs);
      return raw.kind === 'lost' ? undefined : parseDescription(table, raw);
    },
    close() {
      sockets.close();
      return Promise.resolve();
    },
  };
}

function toResult(error: unknown): BatchWriteResult {
  if (error instanceof LoaderError) return fatal(error);
  throw error;
}

function lostResponse(code: string, { host, hostname }: URL, proxy: ProxyServer | undefined): BatchWriteResult {
  if (proxy !== undefined && isProxyRefusal(code)) return fatal(toProxyLoaderError(proxy, hostname, code));
  if (isCertificateError(code)) return fatal(untrustedCertificateError(host, code));
  const through = proxy === undefined ? '' : ` through the proxy ${proxy.hostAndPort}`;
  return { kind: 'unknown', code, message: `no response from ${host}${through}` };
}

function fatal(error: LoaderError): BatchWriteResult {
  return { kind: 'fatal', error };
}
