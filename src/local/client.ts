import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The embedded DynamoDB asks for credentials and looks at none. */
export const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/** Where the embedded DynamoDB says its tables are. */
export const localRegion = 'us-east-1';

/** The one client that takes nothing from the AWS set-up of the machine: it could only mislead it. */
export function localClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({ endpoint, region: localRegion, credentials: localCredentials });
}
