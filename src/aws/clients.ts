import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsSettings } from './settings.ts';
import type { Credentials } from './credentials.ts';
import { makeClient, sharedConfig } from './config.ts';

/**
 * A DynamoDB client for the rare calls (describe, create), configured as `sharedConfig` says. It tries a call as often as
 * AWS_MAX_ATTEMPTS or the profile says, else 4 times. A missing region or credentials show in the first call (see `toLoaderError`).
 * @param credentials For an endpoint of our own, which takes any and is reached without a proxy; else the default chain finds them.
 * @throws LoaderError USAGE where the endpoint, the region or AWS_CA_BUNDLE is malformed.
 */
export function makeDynamoDBClient(aws: AwsSettings, credentials?: Omit<Credentials, 'sessionToken'>): DynamoDBClient {
  return makeClient(() => new DynamoDBClient(sharedConfig(aws, credentials)));
}
