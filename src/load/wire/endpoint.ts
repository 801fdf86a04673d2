import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toDynamoDBError } from '../../aws/errors/dynamodb.ts';
import { invalidEndpointError } from '../../aws/errors/no-response.ts';
import type { CredentialsProvider } from '../../aws/credentials.ts';

/** Where and how the wire client reaches DynamoDB. */
export interface WireEndpoint {
  /** Scheme, host, port and base path, without user and query. */
  readonly endpoint: URL;
  /** Region for signatures. */
  readonly region: string;
  /** The SDK's provider: it caches credentials, and renews them five minutes before they expire. */
  readonly credentials: CredentialsProvider;
}

/**
 * Finds the endpoint and the region that the SDK would use for BatchWriteItem on this table. It lets the SDK sign a
 * request and reads both from it before it is sent. So profiles, AWS_ENDPOINT_URL, account-based endpoints and future
 * settings work as in the SDK. Only the search for credentials uses the network.
 * @throws LoaderError REGION_MISSING, CREDENTIALS_INVALID, USAGE (malformed endpoint or region)
 */
export async function findWireEndpoint(client: DynamoDBClient, table: string): Promise<WireEndpoint> {
  const command = new BatchWriteItemCommand({ RequestItems: { [table]: [] } });
  let target: Omit<WireEndpoint, 'credentials'> | undefined;
  command.middlewareStack.add(
    () => (args) => {
      target = targetOf(args.request);
      // Responds in place of the network.
      return Promise.resolve({ response: undefined, output: { $metadata: {} } });
    },
    // Runs last in this step, after the signature.
    { step: 'finalizeRequest', priority: 'low', name: 'csv2ddbFindEndpoint' },
  );
  try {
    await client.send(command);
  } catch (error) {
    throw toDynamoDBError(error, { action: 'BatchWriteItem', table });
  }
  if (target === undefined) throw new Error('cannot read the request that the SDK signed: unknown shape');
  if (!/^https?:$/.test(target.endpoint.protocol)) throw invalidEndpointError();
  return { ...target, credentials: (options) => client.config.credentials(options) };
}

/** Reads the region from the credential scope: `Credential=ID/20260101/us-east-1/dynamodb/aws4_request, …`. */
function targetOf(request: unknown): Omit<WireEndpoint, 'credentials'> | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const { protocol, hostname, port, path, headers } = request as Partial<Record<string, unknown>>;
  const { authorization } = (headers ?? {}) as Partial<Record<string, unknown>>;
  const region = /Credential=[^,]*\/\d{8}\/([^/,]+)\/[^/,]+\/aws4_request/.exec(String(authorization))?.[1];
  if (typeof protocol !== 'string' || typeof hostname !== 'string' || typeof path !== 'string') return undefined;
  const endpoint = new URL(`${protocol}//${hostname}${typeof port === 'number' ? `:${port}` : ''}${path}`);
  return region === undefined ? undefined : { endpoint, region };
}
