import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { closeServer, listen } from '../loopback.ts';

/** What the server does wrong, or differently. Without any of it: a strong ETag, ranges, Content-Length, all at once. */
export interface HttpFaults {
  /** Sent as it stands; null: none. Default: a strong one made from the bytes. */
  readonly etag?: string | null;
  /** Default true; `ignored`: a range is answered with 200 and all bytes after the first answer. */
  readonly ranges?: boolean | 'ignored';
  /** Sends no Content-Length; `unfinished`: nor the last chunk, the connection ends. */
  readonly chunked?: boolean | 'unfinished';
  /** Bytes of an answer's body after which the connection is cut; undefined: not in this one. `number` counts answers with a body from 1. */
  readonly cutAfter?: (bodyBytes: number, number: number) => number | undefined;
  /** Bytes of an answer's body after which nothing more comes, in the answers with these numbers, from 1. */
  readonly stall?: { readonly afterBytes: number; readonly answers: readonly number[] };
  /** The connection is cut before an answer, for requests with these numbers, from 1. */
  readonly reset?: readonly number[];
  /** Answered with `status` (default 503), for requests with these numbers, from 1. */
  readonly busy?: { readonly requests: readonly number[]; readonly status?: number; readonly retryAfter?: string };
  /** All requests from this number on, from 1, find other bytes (and so another ETag). */
  readonly change?: { readonly fromRequest: number; readonly bytes: Buffer; readonly keepEtag?: boolean };
  /** Conditions are not looked at. */
  readonly ignoreIfMatch?: boolean;
  /** The path leads through so many redirects first. */
  readonly redirects?: { readonly count: number; readonly status?: number; readonly to?: string };
  /** `user:password` that every request must have. */
  readonly auth?: string;
  /** Content-Encoding of the answers; `gzip` packs them too. */
  readonly encoding?: string;
  /** From the second answer on a range is another one than asked for: `start` says so, `whole` sends all under its name. */
  readonly lie?: 'start' | 'whole';
  /** Bytes that one range answer has at most. */
  readonly rangeBytes?: number;
  /** Over TLS, with the certificate of fixtures/tls. */
  readonly isSecure?: boolean;
}

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface HttpSource {
  /** Of the file: `http://127.0.0.1:PORT/people.csv`. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Connections open now. */
  connections(): Promise<number>;
  /** Answers that are neither complete nor broken off. */
  underWay(): number;
  close(): Promise<void>;
}

/** A server on a free port of the loopback address that has one file, whatever path is asked for. */
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
  response.writeHead(redirects.status ?? 302, { location: redirects.to ?? `?hop=${hop + 1}` }).end('over there');
  return true;
}

/** Starts a server that answers so; `close` ends it with all its connections. */
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

/** A strong ETag for these bytes, which nobody changes from now on. */
export function etagOf(bytes: Buffer): string {
  const etag = etags.get(bytes) ?? `"${createHash('md5').update(bytes).digest('hex')}"`;
  etags.set(bytes, etag);
  return etag;
}

export function basic(userAndPassword: string): string {
  return `Basic ${btoa(userAndPassword)}`;
}

/** What an answer is made of. */
export interface Sending {
  readonly body: Buffer;
  readonly etag: string | undefined;
  /** Of the answers with a body, from 1. */
  readonly number: number;
  readonly faults: HttpFaults;
}

/** Answers with the bytes, or the range of them that is asked for. */
export function send(request: IncomingMessage, response: ServerResponse, sending: Sending): void {
  const { body, etag, number, faults } = sending;
  const headers: Record<string, string> = { 'content-type': 'text/csv' };
  if (etag !== undefined) headers['etag'] = etag;
  if (faults.encoding !== undefined) headers['content-encoding'] = faults.encoding;
  const wanted = request.headers['if-match'];
  if (faults.ignoreIfMatch !== true && wanted !== undefined && wanted !== '*' && wanted !== etag) {
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
  const said = lie === 'start' ? 0 : first;
  headers['content-range'] = `bytes ${said}-${end - 1}/${body.length}`;
  sendBody(request, response, 206, headers, lie === 'whole' ? body : body.subarray(said, end), sending);
}

function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: Buffer,
  { number, faults }: Sending,
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
