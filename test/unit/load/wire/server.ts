import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { crc32 } from 'node:zlib';

/** A request as received. */
export interface Seen {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly socket: Socket;
}

export type Respond = (seen: Seen, response: ServerResponse, number: number) => void;

export interface TestServer {
  readonly url: string;
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

/** Starts a fake endpoint with the responses of the test. */
export async function serve(respond: Respond, tls = false): Promise<TestServer> {
  const seen: Seen[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const one: Seen = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        socket: request.socket,
      };
      seen.push(one);
      respond(one, response, seen.length);
    });
  };
  const server = tls ? https.createServer(certificate(), listener) : http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

export function certificate(): { key: Buffer; cert: Buffer } {
  const file = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url));
  return { key: file('key.pem'), cert: file('certificate.pem') };
}

/** Responds as DynamoDB does, with a checksum. */
export function sendResponse(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': bytes.length,
    'x-amz-crc32': crc32(bytes),
    ...headers,
  });
  response.end(bytes);
}

export function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  message = 'said',
  headers: Record<string, string> = {},
): void {
  sendResponse(response, status, { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message }, headers);
}
