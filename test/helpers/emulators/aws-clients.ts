import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

export interface TestCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsClients {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly lambda: LambdaClient;
  readonly dynamodb: DynamoDBClient;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
}

/** Creates SDK clients for an endpoint on this machine. End them with `destroyClients`. */
export function awsClients(endpoint: string, credentials: TestCredentials): AwsClients {
  const config = { endpoint, region: 'us-east-1', credentials };
  return {
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
    lambda: new LambdaClient(config),
    dynamodb: new DynamoDBClient(config),
    iam: new IAMClient(config),
    logs: new CloudWatchLogsClient(config),
  };
}

export function destroyClients({ s3, sqs, sns, lambda, dynamodb, iam, logs }: AwsClients): void {
  for (const client of [s3, sqs, sns, lambda, dynamodb, iam, logs]) client.destroy();
}
