import { SQSClient } from '@aws-sdk/client-sqs';
import type { AwsSettings } from './settings.ts';
import { makeClient, sharedConfig } from './config.ts';

/**
 * Creates an SQS client, configured by `sharedConfig`, with a request timeout that is longer than a long poll.
 * @throws LoaderError USAGE if the endpoint, the region or AWS_CA_BUNDLE is not valid.
 */
export function makeSqsClient(aws: AwsSettings): SQSClient {
  const config = sharedConfig(aws, undefined, { requestTimeoutMs: longPollMs + marginMs });
  // A configured endpoint takes precedence over the host in the queue URL.
  return makeClient(() => new SQSClient({ ...config, useQueueUrlAsEndpoint: false }));
}

/** Duration of a long poll; maximum 20 s (SQS Developer Guide, "Short and long polling"). */
export const longPollMs = 20_000;
const marginMs = 15_000;
