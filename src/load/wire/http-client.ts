import type { buildConnector } from 'undici';
import { dynamodbError } from '../../aws/errors/dynamodb.ts';
import { isAboutTime } from '../../aws/errors/meanings.ts';
import { isCertificateError, untrustedEndpoint } from '../../aws/net/certificates.ts';
import { LoaderError } from '../../errors.ts';
import { codeOfStatus, isAnswerOfProxy, isRefusal, proxyProblem } from '../../aws/net/errors.ts';
import type { ProxyServer } from '../../aws/net/proxy.ts';
import { routeTo } from '../../aws/net/route.ts';
import { awsTrust } from '../../aws/net/trust.ts';
import { readAnswer } from './parse-response.ts';
import type { WireAnswer, WireClient } from './client.ts';
import { keepCredentials } from './credentials.ts';
import type { WireEndpoint } from './endpoint.ts';
import { Sockets } from './sockets.ts';
import { makeSigner } from './sign.ts';

export interface WireOptions extends WireEndpoint {
  /** Sockets at most: as many as requests may be in flight. */
  readonly connections: number;
  /** Milliseconds for one request from sending to the answer's last byte. Default 10,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Names proxies and AWS_CA_BUNDLE. Default that of this process; {} for an endpoint of our own. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** How to connect, for tests: for example a certificate authority of their own. */
  readonly connect?: buildConnector.BuildOptions | undefined;
}

/** Milliseconds after which a request counts as lost. An answer of BatchWriteItem takes 10 to 100. */
const defaultRequestTimeoutMs = 10_000;

/** AWS accepts signatures up to 5 minutes old; a clock that is off by less than this is not why one was refused. */
const minSkewMs = 60_000;

const doing = { action: 'BatchWriteItem' } as const;

/**
 * Opens a client that sends bodies which are encoded already: one signed request each over keep-alive
 * sockets, by the proxy of the environment if it names one. It mends by itself, once for a request, what sending again mends at once: credentials that are refused are
 * renewed, a clock that is off is corrected by the answer's Date. All else is told to the caller, who waits and repeats:
 * a proxy that is lost like any network; but one that refuses (407, 403) ends the run.
 * @throws LoaderError USAGE where the environment names a proxy or a bundle of authorities that cannot be used.
 */
export function openWireClient(options: WireOptions): WireClient {
  const url = options.endpoint;
  const path = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
  const timeoutMs = options.requestTimeoutMs ?? defaultRequestTimeoutMs;
  const sign = makeSigner({ host: url.host, path, region: options.region });
  const keeper = keepCredentials(options.credentials);
  const env = options.env ?? process.env;
  const route = routeTo(url, { env, timeoutMs, secureContext: awsTrust(env), connect: options.connect });
  const requestPath = `${route.pathPrefix}${path}`;
  const sockets = new Sockets(route, options.connections);
  /** Milliseconds that the endpoint's clock is ahead of this machine's. */
  let skewMs = 0;

  /** @returns whether another try would be signed with a time that differs by a minute or more. */
  function correctClock(date: string | undefined, usedSkewMs: number): boolean {
    const isOff = (otherMs: number): boolean => Math.abs(otherMs - usedSkewMs) >= minSkewMs;
    // another request that was under way at the same time may have been here before
    if (isOff(skewMs)) return true;
    const foundMs = Date.parse(date ?? '') - Date.now();
    if (isOff(foundMs)) skewMs = foundMs;
    return isOff(foundMs);
  }

  async function send(body: Buffer): Promise<WireAnswer> {
    let renewed = false;
    let corrected = false;
    for (;;) {
      const credentials = keeper.held() ?? (await keeper.current());
      const usedSkewMs = skewMs;
      const headers = sign(body, credentials, Date.now() + usedSkewMs);
      headers.push(...route.headers);
      const got = await sockets.exchange(requestPath, headers, body, timeoutMs);
      if (got.kind === 'lost') return lostAnswer(got.code, url, route.proxy);
      if (route.isForwarded && isAnswerOfProxy(got)) return lostAnswer(codeOfStatus(got.status), url, route.proxy);
      const reading = readAnswer(got, credentials);
      if (reading.kind === 'renew') {
        if (renewed) return fatal(dynamodbError('CREDENTIALS_INVALID', doing, ''));
        renewed = true;
        await keeper.renew(credentials);
      } else if (reading.kind === 'clock') {
        const wasOff = !corrected && correctClock(got.headers['date'], usedSkewMs);
        const late = isAboutTime(reading.code, reading.message);
        // a request that lay about too long with a right clock (a laptop that slept) is signed anew too
        if (corrected || !(wasOff || late)) {
          return fatal(dynamodbError(late ? 'CLOCK_SKEWED' : 'CREDENTIALS_INVALID', doing, ''));
        }
        corrected = true;
      } else {
        return reading;
      }
    }
  }

  return {
    batchWrite: (body) => send(body).catch(toAnswer),
    close() {
      sockets.close();
      return Promise.resolve();
    },
  };
}

function toAnswer(error: unknown): WireAnswer {
  if (error instanceof LoaderError) return fatal(error);
  throw error;
}

function lostAnswer(code: string, { host, hostname }: URL, proxy: ProxyServer | undefined): WireAnswer {
  if (proxy !== undefined && isRefusal(code)) return fatal(proxyProblem(proxy, hostname, code));
  if (isCertificateError(code)) return fatal(untrustedEndpoint(host, code));
  const way = proxy === undefined ? '' : ` through the proxy ${proxy.place}`;
  return { kind: 'unknown', code, message: `no answer from ${host}${way}` };
}

function fatal(error: LoaderError): WireAnswer {
  return { kind: 'fatal', error };
}
