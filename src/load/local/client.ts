import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDynamoDBClient } from '../../aws/clients.ts';

/** The embedded DynamoDB asks for credentials and looks at none. */
export const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/** Where the embedded DynamoDB says its tables are. */
export const localRegion = 'us-east-1';

/** A client of the embedded DynamoDB: region, credentials and profile of the machine could only mislead it. */
export function localClient(endpoint: string): DynamoDBClient {
  return makeDynamoDBClient({ region: localRegion, profile: undefined, endpointUrl: endpoint }, localCredentials);
}
