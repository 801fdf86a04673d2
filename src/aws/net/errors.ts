import { isCertificateError, untrustedCertificateError } from './certificates.ts';
import { LoaderError } from '../../errors.ts';
import type { ProxyServer } from './proxy.ts';

/** Prefix of the error codes of proxies, before a code of Node or before `HTTP_` and the status of the response. */
const proxyPrefix = 'PROXY_';

/** The proxy cannot be reached, or it does not connect to the host. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** `PROXY_HTTP_407`, `PROXY_ECONNREFUSED`, `PROXY_TimeoutError`, … */
  readonly code: string;
  /** Message and hint for the user, without secrets. */
  readonly loaderError: LoaderError;

  /**
   * @param host Host behind the proxy.
   * @param cause Error code of Node, or the result of `codeOfStatus`.
   */
  constructor(proxy: ProxyServer, host: string, cause: string) {
    const code = cause.startsWith(proxyPrefix) ? cause : `${proxyPrefix}${cause}`;
    const loaderError = toProxyLoaderError(proxy, host, code);
    super(loaderError.message);
    this.code = code;
    this.loaderError = loaderError;
  }
}

/** Returns the code of an error of Node or undici, or its name if it has no code. */
export function codeOrName(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/**
 * Whether an error code is a network failure: a system error (except those of files), an error of TLS or of Node's HTTP
 * parser, or the timeout of the SDK.
 */
export function isNetworkFailure(code: string): boolean {
  return /^E(?!RR_|NOENT$|ISDIR$|NOTDIR$)[A-Z_]+$|^HPE_|^ERR_(SSL|TLS)_|^TimeoutError$/.test(code);
}

/** Whether retrying cannot help: the proxy rejects the client or the host, or its certificate is not trusted. */
export function isProxyRefusal(code: string): boolean {
  const status = statusOf(code);
  return (
    (code !== withoutPrefix(code) && isCertificateError(withoutPrefix(code))) ||
    (status >= 400 && status < 500 && status !== 408 && status !== 429)
  );
}

/** Returns the error code for the HTTP status of a proxy. */
export function proxyStatusCode(status: number): string {
  return `${proxyPrefix}HTTP_${status}`;
}

/**
 * Whether a response comes from a forwarding proxy and not from the endpoint. Responses of AWS have a request id.
 * @param response Its header names are in lower case.
 */
export function isProxyResponse({
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
 * Returns the error that ends a run when a proxy fails.
 * @param code Code of a `ProxyError`.
 */
export function toProxyLoaderError(proxy: ProxyServer, host: string, code: string): LoaderError {
  const { hostAndPort, variable } = proxy;
  const status = statusOf(code);
  if (isCertificateError(withoutPrefix(code)))
    return untrustedCertificateError(`the proxy ${hostAndPort}`, withoutPrefix(code));
  if (status === 407) {
    const message = `the proxy ${hostAndPort} requires a valid user name and password (HTTP 407)`;
    return new LoaderError('ENDPOINT_UNREACHABLE', message, {
      hint: `Set ${variable} to http://user:password@${hostAndPort}.`,
    });
  }
  const message =
    status === 0
      ? `cannot reach the proxy ${hostAndPort} (${withoutPrefix(code)})`
      : `the proxy ${hostAndPort} did not connect to ${host} (HTTP ${status})`;
  return new LoaderError('ENDPOINT_UNREACHABLE', message, {
    hint: `Check ${variable}, or add ${host} to NO_PROXY to bypass the proxy.`,
  });
}

function withoutPrefix(code: string): string {
  return code.startsWith(proxyPrefix) ? code.slice(proxyPrefix.length) : code;
}

/** Returns 0 if the proxy did not respond. */
function statusOf(code: string): number {
  return Number(/^PROXY_HTTP_(\d+)$/.exec(code)?.[1] ?? 0);
}
