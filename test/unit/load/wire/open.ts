import { afterEach } from 'vitest';
import type { LoaderError } from '../../../../src/errors.ts';
import type { WireAnswer, WireClient } from '../../../../src/load/wire/client.ts';
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

/** A server that is closed after the test. */
export async function start(respond: Respond, tls = false): Promise<TestServer> {
  const server = await serve(respond, tls);
  toClose.push(server);
  return server;
}

/** A client that is closed after the test. */
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

/** One request to a server that answers like this. */
export async function ask(respond: Respond, options: Partial<WireOptions> = {}): Promise<WireAnswer> {
  const server = await start(respond);
  return open(server.url, options).batchWrite(body);
}

/** Fails unless it is fatal, and gives the error. */
export function errorOf(got: WireAnswer): LoaderError {
  if (got.kind !== 'fatal') throw new Error(`not fatal: ${JSON.stringify(got)}`);
  return got.error;
}

export const codeIn = (got: WireAnswer): string =>
  got.kind === 'answered' ? '' : got.kind === 'fatal' ? got.error.code : got.code;
