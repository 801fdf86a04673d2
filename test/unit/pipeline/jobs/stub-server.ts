import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach } from 'vitest';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** A request and its body. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** @param number Counts requests from 1. */
export type Answer = (asked: Asked, response: ServerResponse, number: number) => void;

export interface StubServer {
  readonly endpoint: string;
  readonly asked: readonly Asked[];
  /** Stops the server. */
  readonly close: () => void;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Starts a local server whose responses the test writes. */
export async function startStubServer(answer: Answer): Promise<StubServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { request, body };
      asked.push(one);
      answer(one, response, asked.length);
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

export function s3At(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
}

export function sqsAt(endpoint: string): SQSClient {
  return new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
  });
}

/** Responds with an S3 error. The response to a HEAD has no body. */
export function refuseAsS3({ request }: Asked, response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>by hand</Message></Error>`;
  response.end(request.method === 'HEAD' ? undefined : xml);
}
