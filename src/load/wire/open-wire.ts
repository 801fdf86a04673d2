import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mostAuto } from '../flow/concurrency.ts';
import type { Settings } from '../settings.ts';
import { openWireClient } from './http-client.ts';
import { findWireEndpoint } from './endpoint.ts';

/**
 * The client that a load writes with: on the way that the SDK's client goes, with as many sockets as requests may be in flight.
 * @param env its proxies.
 * @throws LoaderError REGION_MISSING, CREDENTIALS_INVALID, USAGE (malformed endpoint or region)
 */
export async function openWire(
  client: DynamoDBClient,
  { table, write: { concurrency } }: Pick<Settings, 'table' | 'write'>,
  env: NodeJS.ProcessEnv,
): Promise<ReturnType<typeof openWireClient>> {
  const connections = concurrency === 'auto' ? mostAuto : concurrency;
  return openWireClient({ ...(await findWireEndpoint(client, table)), connections, env });
}
