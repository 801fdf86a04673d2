import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { closeServer, listen } from '../loopback.ts';

/** Deviations of the server. Without any, it sends a strong ETag and Content-Length, and supports ranges. */
export interface HttpFaults {
  /** ETag header, sent unchanged; null: none. Default: a strong ETag of the bytes. */
  readonly etag?: string | null;
  /** Default true; `ignored`: after the first response, responds to a range with 200 and all bytes. */
  readonly ranges?: boolean | 'ignored';
  /** Sends no Content-Length; `unfinished`: also closes the connection before the last chunk. */
  readonly chunked?: boolean | 'unfinished';
  /**
   * Returns the number of body bytes after which the connection is cut; undefined: not in this response. `number`
   * counts responses with a body from 1.
   */
  readonly cutAfter?: (bodyBytes: number, number: number) => number | undefined;
  /** Stops sending after this many body bytes, in the responses with these numbers, from 1. */
  readonly stall?: { readonly afterBytes: number; readonly answers: readonly number[] };
  /** Cuts the connection without a response, for requests with these numbers, from 1. */
  readonly reset?: readonly number[];
  /** Responds with `status` (default 503), for requests with these numbers, from 1. */
  readonly busy?: { readonly requests: readonly number[]; readonly status?: number; readonly retryAfter?: string };
  /** Serves different bytes, and so a different ETag, from this request number on, from 1. */
  readonly change?: { readonly fromRequest: number; readonly bytes: Buffer; readonly keepEtag?: boolean };
  /** Ignores If-Match. */
  readonly ignoreIfMatch?: boolean;
  /** Responds with `count` redirects first. */
  readonly redirects?: { readonly count: number; readonly status?: number; readonly to?: string };
  /** `user:password` that every request must send. */
  readonly auth?: string;
  /** Content-Encoding of the responses; `gzip` also compresses them. */
  readonly encoding?: string;
  /** Sends a wrong range from the second response on. `start` declares it; `whole` declares the requested one. */
  readonly lie?: 'start' | 'whole';
  /** Maximum number of bytes in a range response. */
  readonly rangeBytes?: number;
  /** Uses TLS with the certificate in fixtures/tls. */
  readonly isSecure?: boolean;
}

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface HttpSource {
  /** URL of the file: `http://127.0.0.1:PORT/people.csv`. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Returns the number of open connections. */
  connections(): Promise<number>;
  /** Returns the number of responses that are neither complete nor cut. */
  underWay(): number;
  close(): Promise<void>;
}

/** Starts a server on a free port of the loopback address that serves one file on every path. */
export async function startHttpSource(bytes: Buffer, faults: HttpFaults = {}): Promise<HttpSource> {
  const requests: SeenRequest[] = [];
  let answers = 0;
  return serveSource(
    (request, response) => {
      requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
      const number = requests.length;
      if (faults.reset?.includes(number) === true) {
        request.socket.destroy();
        return;
      }
      if (faults.busy?.requests.includes(number) === true) {
        const { status = 503, retryAfter } = faults.busy;
        response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('busy');
        return;
      }
      if (isRedirected(faults, request, response)) return;
      if (faults.auth !== undefined && request.headers.authorization !== basic(faults.auth)) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="files"' }).end();
        return;
      }
      const isOther = faults.change !== undefined && number >= faults.change.fromRequest;
      const now = isOther ? faults.change.bytes : bytes;
      const body = faults.encoding === 'gzip' ? gzipSync(now) : now;
      const etag = faults.etag ?? etagOf(isOther && faults.change.keepEtag !== true ? now : bytes);
      answers++;
      send(request, response, { body, etag: faults.etag === null ? undefined : etag, number: answers, faults });
    },
    requests,
    faults.isSecure,
  );
}

function isRedirected({ redirects }: HttpFaults, request: IncomingMessage, response: ServerResponse): boolean {
  const hop = Number(/[?&]hop=(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
  if (redirects === undefined || hop >= redirects.count) return false;
  response.writeHead(redirects.status ?? 302, { location: redirects.to ?? `?hop=${hop + 1}` }).end('redirected');
  return true;
}

/** Starts a server with this request handler. `close` stops it and closes all its connections. */
export async function serveSource(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  requests: readonly SeenRequest[],
  isSecure = false,
): Promise<HttpSource> {
  let underWay = 0;
  const counted = (request: IncomingMessage, response: ServerResponse): void => {
    underWay++;
    response.once('close', () => underWay--);
    answer(request, response);
  };
  const server = isSecure
    ? createSecureServer(
        { cert: readFileSync(fixture('certificate.pem')), key: readFileSync(fixture('key.pem')) },
        counted,
      )
    : createServer(counted);
  const port = await listen(server);
  return {
    url: `http${isSecure ? 's' : ''}://127.0.0.1:${port}/people.csv`,
    requests,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error === null) resolve(count);
          else reject(error);
        });
      }),
    underWay: () => underWay,
    close: () => closeServer(server),
  };
}

function fixture(name: string): URL {
  return new URL(`../../fixtures/tls/${name}`, import.meta.url);
}

const etags = new WeakMap<Buffer, string>();

/** Returns a strong ETag of the bytes, which must not change later. */
export function etagOf(bytes: Buffer): string {
  const etag = etags.get(bytes) ?? `"${createHash('md5').update(bytes).digest('hex')}"`;
  etags.set(bytes, etag);
  return etag;
}

export function basic(userAndPassword: string): string {
  return `Basic ${btoa(userAndPassword)}`;
}

/** The content of a response. */
export interface ResponseContent {
  readonly body: Buffer;
  readonly etag: string | undefined;
  /** Number among the responses with a body, from 1. */
  readonly number: number;
  readonly faults: HttpFaults;
}

/** Sends the bytes or the requested range. */
export function send(request: IncomingMessage, response: ServerResponse, sending: ResponseContent): void {
  const { body, etag, number, faults } = sending;
  const headers: Record<string, string> = { 'content-type': 'text/csv' };
  if (etag !== undefined) headers['etag'] = etag;
  if (faults.encoding !== undefined) headers['content-encoding'] = faults.encoding;
  const ifMatch = request.headers['if-match'];
  if (faults.ignoreIfMatch !== true && ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etag) {
    response.writeHead(412, headers).end();
    return;
  }
  const hasRanges =
    faults.ranges === undefined || faults.ranges === true || (faults.ranges === 'ignored' && number === 1);
  const range = hasRanges ? /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') : null;
  if (range === null) {
    sendBody(request, response, 200, headers, body, sending);
    return;
  }
  const first = Number(range[1]);
  if (first >= body.length) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${body.length}` }).end();
    return;
  }
  const end = Math.min(
    range[2] === '' ? body.length : Number(range[2]) + 1,
    body.length,
    first + (faults.rangeBytes ?? Infinity),
  );
  const lie = number === 1 ? undefined : faults.lie;
  const start = lie === 'start' ? 0 : first;
  headers['content-range'] = `bytes ${start}-${end - 1}/${body.length}`;
  sendBody(request, response, 206, headers, lie === 'whole' ? body : body.subarray(start, end), sending);
}

function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: Buffer,
  { number, faults }: ResponseContent,
): void {
  const { chunked = false, stall, cutAfter } = faults;
  response.writeHead(status, chunked === false ? { ...headers, 'content-length': String(body.length) } : headers);
  const cut = chunked === 'unfinished' ? body.length : cutAfter?.(body.length, number);
  if (request.method === 'HEAD') {
    response.end();
  } else if (stall?.answers.includes(number) === true && stall.afterBytes < body.length) {
    response.flushHeaders();
    response.write(body.subarray(0, stall.afterBytes));
  } else if (cut !== undefined && (chunked === 'unfinished' || cut < body.length)) {
    response.flushHeaders();
    response.write(body.subarray(0, cut), () => request.socket.destroy());
  } else {
    response.end(body);
  }
}
