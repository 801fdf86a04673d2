import { isCertificateError, untrustedEndpoint } from './certificates.ts';
import { LoaderError } from '../../errors.ts';
import type { ProxyServer } from './proxy.ts';

/** What a proxy's failures have before the code of Node's error, or before `HTTP_` and the status that it answered. */
const mark = 'PROXY_';

/** A proxy that could not be reached, or lets no connection through. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** `PROXY_HTTP_407`, `PROXY_ECONNREFUSED`, `PROXY_TimeoutError`, … */
  readonly code: string;
  /** What it comes to: a message and a hint without anything secret. */
  readonly problem: LoaderError;

  /**
   * @param host The one that was to be reached through it.
   * @param cause The code of Node's error, or what `codeOfStatus` gives.
   */
  constructor(proxy: ProxyServer, host: string, cause: string) {
    const code = cause.startsWith(mark) ? cause : `${mark}${cause}`;
    const problem = proxyProblem(proxy, host, code);
    super(problem.message);
    this.code = code;
    this.problem = problem;
  }
}

/** The code of an error of Node or undici; its name where it has none. */
export function causeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/**
 * Whether such a cause is one of the network: a code of the system, but for those of files, of TLS or of Node's HTTP parser,
 * or the SDK's own timeout.
 */
export function isNetworkFailure(cause: string): boolean {
  return /^E(?!RR_|NOENT$|ISDIR$|NOTDIR$)[A-Z_]+$|^HPE_|^ERR_(SSL|TLS)_|^TimeoutError$/.test(cause);
}

/** Whether a proxy's failure stays, however often it is tried: it does not let us in, or not to that host. */
export function isRefusal(code: string): boolean {
  const status = statusOf(code);
  return (
    (code !== bare(code) && isCertificateError(bare(code))) ||
    (status >= 400 && status < 500 && status !== 408 && status !== 429)
  );
}

/** The code for an HTTP status that a proxy answered with. */
export function codeOfStatus(status: number): string {
  return `${mark}HTTP_${status}`;
}

/**
 * Whether a proxy that forwards requests answers in the place of the endpoint: what AWS answers has a request id.
 * @param headers Names in lower case.
 */
export function isAnswerOfProxy({
  status,
  headers,
}: {
  status: number;
  headers: Readonly<Record<string, unknown>>;
}): boolean {
  if (status === 407) return true;
  return [403, 502, 503, 504].includes(status) && !('x-amzn-requestid' in headers) && !('x-amz-request-id' in headers);
}

/**
 * The end of a run for a proxy's failure.
 * @param code That of a `ProxyError`.
 */
export function proxyProblem(proxy: ProxyServer, host: string, code: string): LoaderError {
  const { place, variable } = proxy;
  const status = statusOf(code);
  if (isCertificateError(bare(code))) return untrustedEndpoint(`the proxy ${place}`, bare(code));
  if (status === 407) {
    return new LoaderError(
      'ENDPOINT_UNREACHABLE',
      `the proxy ${place} asks for a user and password it knows (HTTP 407)`,
      {
        hint: `Give them in ${variable}, as in http://user:password@${place}.`,
      },
    );
  }
  const hint = `Check ${variable}, or name ${host} in NO_PROXY if it is to be reached without a proxy.`;
  const what = status === 0 ? `does not answer (${bare(code)})` : `does not connect to ${host} (HTTP ${status})`;
  return new LoaderError('ENDPOINT_UNREACHABLE', `the proxy ${place} ${what}`, { hint });
}

function bare(code: string): string {
  return code.startsWith(mark) ? code.slice(mark.length) : code;
}

/** 0 where the proxy answered nothing. */
function statusOf(code: string): number {
  return Number(/^PROXY_HTTP_(\d+)$/.exec(code)?.[1] ?? 0);
}
