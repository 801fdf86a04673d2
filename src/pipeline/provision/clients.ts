import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { makeDynamoDBClient } from '../../aws/clients.ts';
import { makeClient, sharedConfig } from '../../aws/config.ts';
import { makeS3Client } from '../../aws/s3-client.ts';
import { makeSqsClient } from '../../aws/sqs-client.ts';
import type { AwsSettings } from '../../aws/settings.ts';

/** Clients of all services that a pipeline uses. */
export type Clients = Readonly<ReturnType<typeof openClients>>;

/** Long enough to upload the function's package over a slow connection. */
const requestTimeoutMs = 120_000;

/** @throws LoaderError USAGE if the endpoint, the region or AWS_CA_BUNDLE is malformed */
export function openClients(aws: AwsSettings) {
  const config = sharedConfig(aws);
  const slow = sharedConfig(aws, undefined, { requestTimeoutMs });
  return {
    s3: makeS3Client(aws),
    sqs: makeSqsClient(aws),
    sns: makeClient(() => new SNSClient(config)),
    dynamodb: makeDynamoDBClient(aws),
    iam: makeClient(() => new IAMClient(config)),
    lambda: makeClient(() => new LambdaClient(slow)),
    logs: makeClient(() => new CloudWatchLogsClient(config)),
    cloudwatch: makeClient(() => new CloudWatchClient(config)),
  };
}

export function closeClients(clients: Clients): void {
  for (const client of Object.values(clients)) client.destroy();
}
