import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** A DynamoDB emulator. */
export interface Emulator {
  readonly name: string;
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  stop(): Promise<void>;
}

/** Letters and digits only: DynamoDB Local refuses any other access key id. */
export const dummyCredentials = { accessKeyId: 'csv2ddbtest', secretAccessKey: 'csv2ddbtest' } as const;

/** Creates an SDK client for an endpoint on this machine. The caller destroys it. */
export function testClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: dummyCredentials });
}
