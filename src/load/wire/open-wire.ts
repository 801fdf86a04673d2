import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { maxAuto } from '../flow/concurrency.ts';
import type { Settings } from '../settings.ts';
import { openWireClient } from './http-client.ts';
import { findWireEndpoint } from './endpoint.ts';

/**
 * Opens the client of a load. It uses the endpoint and the credentials of the SDK client, and one socket for each request
 * in flight.
 * @param env environment with proxies and AWS_CA_BUNDLE.
 * @throws LoaderError REGION_MISSING, CREDENTIALS_INVALID, USAGE (malformed endpoint or region)
 */
export async function openWire(
  client: DynamoDBClient,
  { table, write: { concurrency } }: Pick<Settings, 'table' | 'write'>,
  env: NodeJS.ProcessEnv,
): Promise<ReturnType<typeof openWireClient>> {
  const connections = concurrency === 'auto' ? maxAuto : concurrency;
  return openWireClient({ ...(await findWireEndpoint(client, table)), connections, env });
}
