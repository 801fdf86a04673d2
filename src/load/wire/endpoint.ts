import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toDynamoDBError } from '../../aws/errors/dynamodb.ts';
import { malformedEndpoint } from '../../aws/errors/unanswered.ts';
import type { CredentialsProvider } from '../../aws/credentials.ts';

/** What the wire client needs to know of the way to DynamoDB. */
export interface WireEndpoint {
  /** Scheme, host, port and base path; never a user or a query. */
  readonly endpoint: URL;
  /** The region that requests are signed for. */
  readonly region: string;
  /** The SDK's own: memoised, and renewed five minutes before they expire. */
  readonly credentials: CredentialsProvider;
}

/**
 * Where the SDK would send a BatchWriteItem for this table, and for which region it would sign it: found by
 * letting it make and sign one and taking that from it before it is sent, so that profiles, AWS_ENDPOINT_URL,
 * account-based endpoints and whatever comes next mean here what they mean to the SDK. Nothing goes over the network but
 * what finding credentials takes.
 * @throws LoaderError REGION_MISSING, CREDENTIALS_INVALID, USAGE (malformed endpoint or region)
 */
export async function findWireEndpoint(client: DynamoDBClient, table: string): Promise<WireEndpoint> {
  const command = new BatchWriteItemCommand({ RequestItems: { [table]: [] } });
  let target: Omit<WireEndpoint, 'credentials'> | undefined;
  command.middlewareStack.add(
    () => (args) => {
      target = targetOf(args.request);
      // answers in the network's place
      return Promise.resolve({ response: undefined, output: { $metadata: {} } });
    },
    // the last of this step, after the signature
    { step: 'finalizeRequest', priority: 'low', name: 'csv2ddbFindEndpoint' },
  );
  try {
    await client.send(command);
  } catch (error) {
    throw toDynamoDBError(error, { action: 'BatchWriteItem', table });
  }
  if (target === undefined) throw new Error('the SDK made a request of an unknown shape');
  if (!/^https?:$/.test(target.endpoint.protocol)) throw malformedEndpoint();
  return { ...target, credentials: (options) => client.config.credentials(options) };
}

/** The region is that of the credential scope: `Credential=ID/20260101/us-east-1/dynamodb/aws4_request, …`. */
function targetOf(request: unknown): Omit<WireEndpoint, 'credentials'> | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const { protocol, hostname, port, path, headers } = request as Partial<Record<string, unknown>>;
  const { authorization } = (headers ?? {}) as Partial<Record<string, unknown>>;
  const region = /Credential=[^,]*\/\d{8}\/([^/,]+)\/[^/,]+\/aws4_request/.exec(String(authorization))?.[1];
  if (typeof protocol !== 'string' || typeof hostname !== 'string' || typeof path !== 'string') return undefined;
  const endpoint = new URL(`${protocol}//${hostname}${typeof port === 'number' ? `:${port}` : ''}${path}`);
  return region === undefined ? undefined : { endpoint, region };
}
