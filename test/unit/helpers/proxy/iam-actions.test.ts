import { Buffer } from 'node:buffer';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as sts from '@aws-sdk/client-sts';
import { expect, it } from 'vitest';
import { makeDeniedResponse } from '../../../helpers/proxy/denied-response.ts';
import { identifyCall, type SentRequest } from '../../../helpers/proxy/iam-actions.ts';

type Client = new (config: object) => { send(command: never): Promise<unknown> };

interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** Returns the request that an SDK client sends for a command, and the error it throws for the response. */
async function sent(
  Client: Client,
  command: object,
  answer?: (request: SentRequest) => { status: number; headers: Record<string, string>; body: Buffer },
): Promise<{ request: SentRequest; error: unknown }> {
  const requests: SentRequest[] = [];
  const client = new Client({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      handle: (outgoing: Outgoing) => {
        const { method, path, query, headers, body: content = '' } = outgoing;
        const words = new URLSearchParams();
        for (const [name, value] of Object.entries(query)) words.append(name, value ?? '');
        const url = words.size === 0 ? path : `${path}?${words.toString()}`;
        const sentBody = typeof content === 'string' ? Buffer.from(content) : Buffer.concat([content]);
        const request = { method, url, headers, body: sentBody };
        requests.push(request);
        if (answer === undefined) throw new Error('not sent');
        const { status, headers: answered, body } = answer(request);
        return Promise.resolve({ response: { statusCode: status, headers: answered, body } });
      },
    },
  });
  const error: unknown = await client.send(command as never).catch((thrown: unknown) => thrown);
  const [request] = requests;
  if (request === undefined) throw error;
  return { request, error };
}

const bucket = { Bucket: 'b' };
const object = { ...bucket, Key: 'import/a b.csv' };
const tags = [{ Key: 'csv2ddb', Value: 'made' }];
const queue = { QueueUrl: 'http://127.0.0.1:1/123456789012/q' };
const role = { RoleName: 'r', AssumeRolePolicyDocument: '{}' };
const table = { TableName: 'people', KeySchema: [], AttributeDefinitions: [] };
const loader = { FunctionName: 'f' };
const zip = { ZipFile: new Uint8Array([1]) };
const mapping = { UUID: 'c0ffee' };
const alarm = { AlarmName: 'a', ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1 } as const;

const cases: readonly (readonly [Client, object, operation: string, ...actions: string[]])[] = [
  [s3.S3Client, new s3.ListBucketsCommand({}), 'ListBuckets', 's3:ListAllMyBuckets'],
  [s3.S3Client, new s3.GetObjectCommand(object), 'GetObject', 's3:GetObject'],
  [s3.S3Client, new s3.GetObjectCommand({ ...object, VersionId: 'v' }), 'GetObject', 's3:GetObjectVersion'],
  [s3.S3Client, new s3.HeadObjectCommand(object), 'HeadObject', 's3:GetObject'],
  [s3.S3Client, new s3.HeadObjectCommand({ ...object, VersionId: 'v' }), 'HeadObject', 's3:GetObjectVersion'],
  [s3.S3Client, new s3.PutObjectCommand({ ...object, Body: 'x' }), 'PutObject', 's3:PutObject'],
  [s3.S3Client, new s3.CreateMultipartUploadCommand(object), 'CreateMultipartUpload', 's3:PutObject'],
  [
    s3.S3Client,
    new s3.UploadPartCommand({ ...object, UploadId: 'u', PartNumber: 1, Body: 'x' }),
    'UploadPart',
    's3:PutObject',
  ],
  [
    s3.S3Client,
    new s3.CompleteMultipartUploadCommand({ ...object, UploadId: 'u' }),
    'CompleteMultipartUpload',
    's3:PutObject',
  ],
  [
    s3.S3Client,
    new s3.AbortMultipartUploadCommand({ ...object, UploadId: 'u' }),
    'AbortMultipartUpload',
    's3:AbortMultipartUpload',
  ],
  [s3.S3Client, new s3.ListPartsCommand({ ...object, UploadId: 'u' }), 'ListParts', 's3:ListMultipartUploadParts'],
  [s3.S3Client, new s3.DeleteObjectCommand(object), 'DeleteObject', 's3:DeleteObject'],
  [s3.S3Client, new s3.DeleteObjectCommand({ ...object, VersionId: 'v' }), 'DeleteObject', 's3:DeleteObjectVersion'],
  [
    s3.S3Client,
    new s3.DeleteObjectsCommand({ ...bucket, Delete: { Objects: [{ Key: 'k' }] } }),
    'DeleteObjects',
    's3:DeleteObject',
  ],
  [
    s3.S3Client,
    new s3.DeleteObjectsCommand({ ...bucket, Delete: { Objects: [{ Key: 'k', VersionId: 'v' }] } }),
    'DeleteObjects',
    's3:DeleteObjectVersion',
  ],
  [s3.S3Client, new s3.ListObjectsV2Command({ ...bucket, Prefix: 'state/' }), 'ListObjectsV2', 's3:ListBucket'],
  [s3.S3Client, new s3.ListObjectVersionsCommand(bucket), 'ListObjectVersions', 's3:ListBucketVersions'],
  [s3.S3Client, new s3.ListMultipartUploadsCommand(bucket), 'ListMultipartUploads', 's3:ListBucketMultipartUploads'],
  [s3.S3Client, new s3.HeadBucketCommand(bucket), 'HeadBucket', 's3:ListBucket'],
  [s3.S3Client, new s3.CreateBucketCommand(bucket), 'CreateBucket', 's3:CreateBucket'],
  [
    s3.S3Client,
    new s3.CreateBucketCommand({ ...bucket, CreateBucketConfiguration: { Tags: tags } }),
    'CreateBucket',
    's3:CreateBucket',
    's3:TagResource',
  ],
  [s3.S3Client, new s3.DeleteBucketCommand(bucket), 'DeleteBucket', 's3:DeleteBucket'],
  [s3.S3Client, new s3.GetBucketLocationCommand(bucket), 'GetBucketLocation', 's3:GetBucketLocation'],
  [s3.S3Client, new s3.GetBucketVersioningCommand(bucket), 'GetBucketVersioning', 's3:GetBucketVersioning'],
  [s3.S3Client, new s3.GetBucketTaggingCommand(bucket), 'GetBucketTagging', 's3:GetBucketTagging'],
  [
    s3.S3Client,
    new s3.PutBucketTaggingCommand({ ...bucket, Tagging: { TagSet: tags } }),
    'PutBucketTagging',
    's3:PutBucketTagging',
  ],
  [s3.S3Client, new s3.DeleteBucketTaggingCommand(bucket), 'DeleteBucketTagging', 's3:PutBucketTagging'],
  [s3.S3Client, new s3.GetBucketPolicyCommand(bucket), 'GetBucketPolicy', 's3:GetBucketPolicy'],
  [s3.S3Client, new s3.PutBucketPolicyCommand({ ...bucket, Policy: '{}' }), 'PutBucketPolicy', 's3:PutBucketPolicy'],
  [s3.S3Client, new s3.DeleteBucketPolicyCommand(bucket), 'DeleteBucketPolicy', 's3:DeleteBucketPolicy'],
  [
    s3.S3Client,
    new s3.GetBucketLifecycleConfigurationCommand(bucket),
    'GetBucketLifecycleConfiguration',
    's3:GetLifecycleConfiguration',
  ],
  [
    s3.S3Client,
    new s3.PutBucketLifecycleConfigurationCommand({ ...bucket, LifecycleConfiguration: { Rules: [] } }),
    'PutBucketLifecycleConfiguration',
    's3:PutLifecycleConfiguration',
  ],
  [s3.S3Client, new s3.GetPublicAccessBlockCommand(bucket), 'GetPublicAccessBlock', 's3:GetBucketPublicAccessBlock'],
  [
    s3.S3Client,
    new s3.PutPublicAccessBlockCommand({ ...bucket, PublicAccessBlockConfiguration: {} }),
    'PutPublicAccessBlock',
    's3:PutBucketPublicAccessBlock',
  ],
  [s3.S3Client, new s3.GetBucketEncryptionCommand(bucket), 'GetBucketEncryption', 's3:GetEncryptionConfiguration'],
  [
    s3.S3Client,
    new s3.PutBucketEncryptionCommand({ ...bucket, ServerSideEncryptionConfiguration: { Rules: [] } }),
    'PutBucketEncryption',
    's3:PutEncryptionConfiguration',
  ],
  [
    s3.S3Client,
    new s3.GetBucketNotificationConfigurationCommand(bucket),
    'GetBucketNotificationConfiguration',
    's3:GetBucketNotification',
  ],
  [
    s3.S3Client,
    new s3.PutBucketNotificationConfigurationCommand({ ...bucket, NotificationConfiguration: {} }),
    'PutBucketNotificationConfiguration',
    's3:PutBucketNotification',
  ],
  [sqs.SQSClient, new sqs.CreateQueueCommand({ QueueName: 'q' }), 'CreateQueue', 'sqs:CreateQueue'],
  [
    sqs.SQSClient,
    new sqs.CreateQueueCommand({ QueueName: 'q', tags: { a: 'b' } }),
    'CreateQueue',
    'sqs:CreateQueue',
    'sqs:TagQueue',
  ],
  [sqs.SQSClient, new sqs.GetQueueUrlCommand({ QueueName: 'q' }), 'GetQueueUrl', 'sqs:GetQueueUrl'],
  [sqs.SQSClient, new sqs.ReceiveMessageCommand(queue), 'ReceiveMessage', 'sqs:ReceiveMessage'],
  [dynamodb.DynamoDBClient, new dynamodb.CreateTableCommand(table), 'CreateTable', 'dynamodb:CreateTable'],
  [
    dynamodb.DynamoDBClient,
    new dynamodb.CreateTableCommand({ ...table, Tags: tags }),
    'CreateTable',
    'dynamodb:CreateTable',
    'dynamodb:TagResource',
  ],
  [
    dynamodb.DynamoDBClient,
    new dynamodb.ListTagsOfResourceCommand({ ResourceArn: 'arn' }),
    'ListTagsOfResource',
    'dynamodb:ListTagsOfResource',
  ],
  [iam.IAMClient, new iam.CreateRoleCommand(role), 'CreateRole', 'iam:CreateRole'],
  [iam.IAMClient, new iam.CreateRoleCommand({ ...role, Tags: tags }), 'CreateRole', 'iam:CreateRole', 'iam:TagRole'],
  [
    iam.IAMClient,
    new iam.PutRolePolicyCommand({ RoleName: 'r', PolicyName: 'p', PolicyDocument: '{}' }),
    'PutRolePolicy',
    'iam:PutRolePolicy',
  ],
  [
    logs.CloudWatchLogsClient,
    new logs.CreateLogGroupCommand({ logGroupName: 'g' }),
    'CreateLogGroup',
    'logs:CreateLogGroup',
  ],
  [
    logs.CloudWatchLogsClient,
    new logs.CreateLogGroupCommand({ logGroupName: 'g', tags: { a: 'b' } }),
    'CreateLogGroup',
    'logs:CreateLogGroup',
    'logs:TagResource',
  ],
  [lambda.LambdaClient, new lambda.GetAccountSettingsCommand({}), 'GetAccountSettings', 'lambda:GetAccountSettings'],
  [lambda.LambdaClient, new lambda.GetFunctionCommand(loader), 'GetFunction', 'lambda:GetFunction', 'lambda:ListTags'],
  [
    lambda.LambdaClient,
    new lambda.GetFunctionConfigurationCommand(loader),
    'GetFunctionConfiguration',
    'lambda:GetFunctionConfiguration',
  ],
  [
    lambda.LambdaClient,
    new lambda.CreateFunctionCommand({ ...loader, Role: 'arn', Code: zip }),
    'CreateFunction',
    'lambda:CreateFunction',
    'iam:PassRole',
  ],
  [
    lambda.LambdaClient,
    new lambda.CreateFunctionCommand({ ...loader, Role: 'arn', Code: zip, Tags: { a: 'b' } }),
    'CreateFunction',
    'lambda:CreateFunction',
    'lambda:TagResource',
    'iam:PassRole',
  ],
  [
    lambda.LambdaClient,
    new lambda.UpdateFunctionCodeCommand({ ...loader, ...zip }),
    'UpdateFunctionCode',
    'lambda:UpdateFunctionCode',
  ],
  [
    lambda.LambdaClient,
    new lambda.UpdateFunctionConfigurationCommand({ ...loader, Timeout: 9 }),
    'UpdateFunctionConfiguration',
    'lambda:UpdateFunctionConfiguration',
  ],
  [
    lambda.LambdaClient,
    new lambda.UpdateFunctionConfigurationCommand({ ...loader, Role: 'arn' }),
    'UpdateFunctionConfiguration',
    'lambda:UpdateFunctionConfiguration',
    'iam:PassRole',
  ],
  [lambda.LambdaClient, new lambda.DeleteFunctionCommand(loader), 'DeleteFunction', 'lambda:DeleteFunction'],
  [
    lambda.LambdaClient,
    new lambda.GetFunctionRecursionConfigCommand(loader),
    'GetFunctionRecursionConfig',
    'lambda:GetFunctionRecursionConfig',
  ],
  [
    lambda.LambdaClient,
    new lambda.PutFunctionRecursionConfigCommand({ ...loader, RecursiveLoop: 'Allow' }),
    'PutFunctionRecursionConfig',
    'lambda:PutFunctionRecursionConfig',
  ],
  [
    lambda.LambdaClient,
    new lambda.ListEventSourceMappingsCommand(loader),
    'ListEventSourceMappings',
    'lambda:ListEventSourceMappings',
  ],
  [
    lambda.LambdaClient,
    new lambda.CreateEventSourceMappingCommand(loader),
    'CreateEventSourceMapping',
    'lambda:CreateEventSourceMapping',
  ],
  [
    lambda.LambdaClient,
    new lambda.CreateEventSourceMappingCommand({ ...loader, Tags: { a: 'b' } }),
    'CreateEventSourceMapping',
    'lambda:CreateEventSourceMapping',
    'lambda:TagResource',
  ],
  [
    lambda.LambdaClient,
    new lambda.GetEventSourceMappingCommand(mapping),
    'GetEventSourceMapping',
    'lambda:GetEventSourceMapping',
  ],
  [
    lambda.LambdaClient,
    new lambda.UpdateEventSourceMappingCommand(mapping),
    'UpdateEventSourceMapping',
    'lambda:UpdateEventSourceMapping',
  ],
  [
    lambda.LambdaClient,
    new lambda.DeleteEventSourceMappingCommand(mapping),
    'DeleteEventSourceMapping',
    'lambda:DeleteEventSourceMapping',
  ],
  [
    lambda.LambdaClient,
    new lambda.ListTagsCommand({ Resource: 'arn:aws:lambda:us-east-1:1:function:f' }),
    'ListTags',
    'lambda:ListTags',
  ],
  [
    lambda.LambdaClient,
    new lambda.TagResourceCommand({ Resource: 'arn:aws:lambda:us-east-1:1:function:f', Tags: {} }),
    'TagResource',
    'lambda:TagResource',
  ],
  [sns.SNSClient, new sns.CreateTopicCommand({ Name: 't' }), 'CreateTopic', 'sns:CreateTopic'],
  [
    sns.SNSClient,
    new sns.CreateTopicCommand({ Name: 't', Tags: tags }),
    'CreateTopic',
    'sns:CreateTopic',
    'sns:TagResource',
  ],
  [sns.SNSClient, new sns.PublishCommand({ TopicArn: 'arn', Message: 'Tags' }), 'Publish', 'sns:Publish'],
  [
    cloudwatch.CloudWatchClient,
    new cloudwatch.PutMetricAlarmCommand(alarm),
    'PutMetricAlarm',
    'cloudwatch:PutMetricAlarm',
  ],
  [
    cloudwatch.CloudWatchClient,
    new cloudwatch.PutMetricAlarmCommand({ ...alarm, Tags: tags }),
    'PutMetricAlarm',
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:TagResource',
  ],
  [
    cloudwatch.CloudWatchClient,
    new cloudwatch.DescribeAlarmsCommand({}),
    'DescribeAlarms',
    'cloudwatch:DescribeAlarms',
  ],
  [sts.STSClient, new sts.GetCallerIdentityCommand({}), 'GetCallerIdentity'],
];

it.each(cases.map(([client, command, ...expected]) => ({ name: client.name, expected, client, command })))(
  'a request of $name is identified as $expected',
  async ({ client, command, expected: [operation, ...actions] }) => {
    const { request } = await sent(client, command);
    const call = identifyCall(request);
    expect([call.operation, ...call.actions]).toEqual([operation, ...actions]);
    expect(call.mutates).toBe(!/^(?:Get|Head|List|Describe|Receive)/.test(operation));
  },
);

it('an unknown request is an error', () => {
  const authorization = 'AWS4-HMAC-SHA256 Credential=test/20261127/us-east-1/lambda/aws4_request, SignedHeaders=host';
  const request = { method: 'GET', url: '/2015-03-31/layers', headers: { authorization }, body: Buffer.from('') };
  expect(() => identifyCall(request)).toThrow('unknown request: GET /2015-03-31/layers (lambda)');
  expect(() => identifyCall({ ...request, headers: {} })).toThrow('not signed');
});

it.each([
  ['AccessDenied', s3.S3Client, new s3.PutObjectCommand({ ...object, Body: 'x' })],
  ['AccessDenied', iam.IAMClient, new iam.CreateRoleCommand(role)],
  ['AuthorizationErrorException', sns.SNSClient, new sns.PublishCommand({ TopicArn: 'arn', Message: 'm' })],
  ['AccessDeniedException', sqs.SQSClient, new sqs.ReceiveMessageCommand(queue)],
  ['AccessDeniedException', dynamodb.DynamoDBClient, new dynamodb.DescribeTableCommand(table)],
  ['AccessDeniedException', logs.CloudWatchLogsClient, new logs.CreateLogGroupCommand({ logGroupName: 'g' })],
  ['AccessDeniedException', lambda.LambdaClient, new lambda.DeleteFunctionCommand(loader)],
  ['AccessDeniedException', cloudwatch.CloudWatchClient, new cloudwatch.PutMetricAlarmCommand(alarm)],
] as const)('a denied call throws %s in %o', async (name, client, command) => {
  const { error } = await sent(client, command, (request) =>
    makeDeniedResponse(identifyCall(request), 'service:Action', request),
  );
  expect(error).toMatchObject({ name });
  expect(String(error)).toContain('not authorized to perform: service:Action');
});
