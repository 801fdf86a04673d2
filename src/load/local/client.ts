import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDynamoDBClient } from '../../aws/clients.ts';

/** Dummy credentials. The embedded DynamoDB requires some but does not check them. */
export const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/** Region of the embedded DynamoDB. */
export const localRegion = 'us-east-1';

/** Makes a client of the embedded DynamoDB that ignores the region, credentials and profile of the machine. */
export function makeLocalClient(endpoint: string): DynamoDBClient {
  return makeDynamoDBClient({ region: localRegion, profile: undefined, endpointUrl: endpoint }, localCredentials);
}
