import { SQSClient } from '@aws-sdk/client-sqs';
import type { AwsSettings } from './settings.ts';
import { makeClient, sharedConfig } from './config.ts';

/**
 * An SQS client, configured as `sharedConfig` says, but that it waits for the answer as long as a long poll takes.
 * @throws LoaderError USAGE where the endpoint, the region or AWS_CA_BUNDLE is malformed.
 */
export function makeSqsClient(aws: AwsSettings): SQSClient {
  const config = sharedConfig(aws, undefined, { requestTimeoutMs: longPollMs + marginMs });
  // A queue's URL names its host: an endpoint that is told counts more.
  return makeClient(() => new SQSClient({ ...config, useQueueUrlAsEndpoint: false }));
}

/** SQS Developer Guide, "Short and long polling": 20 s at most. */
export const longPollMs = 20_000;
const marginMs = 15_000;
