import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Settings } from '../settings.ts';
import { maxSockets, openWireClient } from './http-client.ts';
import { findWireEndpoint } from './endpoint.ts';

/**
 * Opens the client of a load. It uses the endpoint and the credentials of the SDK client, and one socket for each request
 * in flight.
 * @param env environment with proxies and AWS_CA_BUNDLE.
 * @throws LoaderError REGION_MISSING, CREDENTIALS_INVALID, USAGE (malformed endpoint or region)
 */
export async function openWire(
  client: DynamoDBClient,
  { table, write }: Pick<Settings, 'table' | 'write'>,
  env: NodeJS.ProcessEnv,
): Promise<ReturnType<typeof openWireClient>> {
  return openWireClient({ ...(await findWireEndpoint(client, table)), connections: maxSockets(write), env });
}
