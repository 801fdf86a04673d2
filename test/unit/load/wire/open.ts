import { afterEach } from 'vitest';
import type { LoaderError } from '../../../../src/errors.ts';
import type { BatchWriteResult, WireClient } from '../../../../src/load/wire/client.ts';
import { openWireClient, type WireOptions } from '../../../../src/load/wire/http-client.ts';
import { serve, type Respond, type TestServer } from './server.ts';

export const secrets = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzEBYaDkSe55ionTOKEN',
};
export const body = Buffer.from('{"RequestItems":{"t":[{"PutRequest":{"Item":{"id":{"S":"é"}}}}]}}');

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of toClose.splice(0).reverse()) await one.close();
});

/** Starts a server that is closed after the test. */
export async function start(respond: Respond, tls = false): Promise<TestServer> {
  const server = await serve(respond, tls);
  toClose.push(server);
  return server;
}

/** Opens a client that is closed after the test. */
export function open(endpoint: string, options: Partial<WireOptions> = {}): WireClient {
  const client = openWireClient({
    endpoint: new URL(endpoint),
    region: 'us-east-1',
    connections: 4,
    credentials: () => Promise.resolve(secrets),
    requestTimeoutMs: 5_000,
    env: {},
    ...options,
  });
  toClose.push(client);
  return client;
}

/** Sends one request to a server with this response. */
export async function ask(respond: Respond, options: Partial<WireOptions> = {}): Promise<BatchWriteResult> {
  const server = await start(respond);
  return open(server.url, options).batchWrite(body);
}

/** Returns the error of a fatal result, and fails for others. */
export function errorOf(got: BatchWriteResult): LoaderError {
  if (got.kind !== 'fatal') throw new Error(`not fatal: ${JSON.stringify(got)}`);
  return got.error;
}

export const codeIn = (got: BatchWriteResult): string =>
  got.kind === 'answered' ? '' : got.kind === 'fatal' ? got.error.code : got.code;
