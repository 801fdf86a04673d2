import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsSettings } from './settings.ts';
import type { Credentials } from './credentials.ts';
import { makeClient, sharedConfig } from './config.ts';

/**
 * Creates a DynamoDB client for the occasional calls (describe, create), configured by `sharedConfig`. A call is tried up to
 * 4 times, unless AWS_MAX_ATTEMPTS or the profile sets another number. If the region or the credentials are missing, the
 * first call fails (see `toLoaderError`).
 * @param credentials Only for the embedded DynamoDB, which is reached without a proxy. Default: the SDK's default chain.
 * @throws LoaderError USAGE if the endpoint, the region or AWS_CA_BUNDLE is not valid.
 */
export function makeDynamoDBClient(aws: AwsSettings, credentials?: Omit<Credentials, 'sessionToken'>): DynamoDBClient {
  return makeClient(() => new DynamoDBClient(sharedConfig(aws, credentials)));
}
