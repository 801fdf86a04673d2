import { SNSClient } from '@aws-sdk/client-sns';
import type { AwsSettings } from './settings.ts';
import { makeClient, sharedConfig } from './config.ts';

/**
 * An SNS client, configured as `sharedConfig` says.
 * @param region The topic's, whatever the settings say of the table's.
 * @throws LoaderError USAGE where the endpoint, the region or AWS_CA_BUNDLE is malformed.
 */
export function makeSnsClient(aws: AwsSettings, region: string): SNSClient {
  const config = sharedConfig({ ...aws, region });
  return makeClient(() => new SNSClient(config));
}
