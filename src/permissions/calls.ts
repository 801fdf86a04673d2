import type { On } from './scope.ts';

/** Who makes calls: a command, or the function of a pipeline. */
export type Caller = 'direct' | 'upload' | 'provision' | 'worker' | 'status' | 'redrive' | 'destroy' | 'function';

/** What decides whether a command makes a call at all. */
export type Case =
  /** Some sources are objects of S3. */
  | 's3'
  /** Some are prefixes or patterns. */
  | 'list'
  | 'create-table'
  /** There is a topic to tell how it ends. */
  | 'notify'
  /** Which bucket, queue and table there are is to be found out. */
  | 'no pipeline named'
  /** Follow what was put until it is loaded. */
  | 'wait'
  /** A function loads. */
  | 'function'
  /** How many functions there may be is to be found out. */
  | 'any number of functions'
  /** A topic may be the pipeline's own. */
  | 'own topic'
  /** It is to write to somebody. */
  | 'email'
  /** Somebody is told of dead letters. */
  | 'alarm'
  /** Files that bring no settings get some. */
  | 'default settings'
  | 'delete-data';

/** A call of AWS, and what it needs. */
export interface Call {
  /** As the SDK has it, `service:Command`. */
  readonly call: string;
  /** As IAM has it; more than one where options of the call need more. */
  readonly actions: readonly string[];
  readonly on: On;
  /** By whom, and in which case: undefined, always. */
  readonly by: Partial<Record<Caller, readonly Case[] | 'always'>>;
  readonly condition?: 'passed to Lambda' | 'of the function';
}

const always = 'always';
const making = { provision: always, destroy: always } as const;
const loaders = { worker: always, function: always } as const;
const lookers = { status: always, redrive: always } as const;

/** Every call that the program makes, once for each thing it is made about. A test finds each in the code, and each of the code's here. */
export const calls: readonly Call[] = [
  // src/dynamodb, src/wire
  {
    call: 'dynamodb:DescribeTable',
    actions: ['dynamodb:DescribeTable'],
    on: 'table',
    by: { direct: always, ...loaders },
  },
  {
    call: 'dynamodb:BatchWriteItem',
    actions: ['dynamodb:BatchWriteItem'],
    on: 'table',
    by: { direct: always, ...loaders },
  },
  { call: 'dynamodb:CreateTable', actions: ['dynamodb:CreateTable'], on: 'table', by: { direct: ['create-table'] } },
  // src/source/remote
  { call: 's3:GetObject', actions: ['s3:GetObject'], on: 'sources', by: { direct: ['s3'] } },
  { call: 's3:HeadObject', actions: ['s3:GetObject'], on: 'sources', by: { direct: ['s3'] } },
  { call: 's3:ListObjectsV2', actions: ['s3:ListBucket'], on: 'buckets of sources', by: { direct: ['list'] } },
  // src/notify
  {
    call: 'sns:Publish',
    actions: ['sns:Publish'],
    on: 'topic',
    by: { direct: ['notify'], worker: ['notify'], function: ['notify'] },
  },
  // src/jobs: what is imported, and the state
  { call: 's3:HeadObject', actions: ['s3:GetObject'], on: 'imports', by: { ...loaders, upload: always } },
  { call: 's3:GetObject', actions: ['s3:GetObject', 's3:GetObjectVersion'], on: 'imports', by: loaders },
  { call: 's3:GetObject', actions: ['s3:GetObject'], on: 'state', by: { ...loaders, ...lookers, upload: always } },
  { call: 's3:PutObject', actions: ['s3:PutObject'], on: 'state', by: { ...loaders, redrive: always } },
  { call: 's3:PutObject', actions: ['s3:PutObject'], on: 'rejects', by: loaders },
  { call: 's3:DeleteObject', actions: ['s3:DeleteObject'], on: 'open marks', by: loaders },
  // Without it what is not there would be forbidden instead (403 for 404).
  {
    call: 's3:ListObjectsV2',
    actions: ['s3:ListBucket'],
    on: 'bucket',
    by: { ...loaders, ...lookers, upload: always },
  },
  { call: 'sqs:ReceiveMessage', actions: ['sqs:ReceiveMessage'], on: 'queue', by: loaders },
  { call: 'sqs:DeleteMessage', actions: ['sqs:DeleteMessage'], on: 'queue', by: loaders },
  { call: 'sqs:ChangeMessageVisibility', actions: ['sqs:ChangeMessageVisibility'], on: 'queue', by: loaders },
  { call: 'sqs:SendMessage', actions: ['sqs:SendMessage'], on: 'queue', by: { ...loaders, redrive: always } },
  {
    call: 'sqs:GetQueueAttributes',
    actions: ['sqs:GetQueueAttributes'],
    on: 'queue',
    by: { ...loaders, status: always, upload: always },
  },
  // src/pipeline: what the pipeline has
  {
    call: 's3:GetObject',
    actions: ['s3:GetObject'],
    on: 'description',
    by: { ...lookers, worker: ['no pipeline named'] },
  },
  // src/status, src/redrive: dead letters
  { call: 'sqs:GetQueueAttributes', actions: ['sqs:GetQueueAttributes'], on: 'dead letters', by: lookers },
  { call: 'sqs:ReceiveMessage', actions: ['sqs:ReceiveMessage'], on: 'dead letters', by: { redrive: always } },
  { call: 'sqs:DeleteMessage', actions: ['sqs:DeleteMessage'], on: 'dead letters', by: { redrive: always } },
  // src/upload
  { call: 's3:PutObject', actions: ['s3:PutObject'], on: 'settings', by: { upload: always } },
  { call: 's3:PutObject', actions: ['s3:PutObject'], on: 'imports', by: { upload: always } },
  { call: 's3:CreateMultipartUpload', actions: ['s3:PutObject'], on: 'imports', by: { upload: always } },
  { call: 's3:UploadPart', actions: ['s3:PutObject'], on: 'imports', by: { upload: always } },
  { call: 's3:CompleteMultipartUpload', actions: ['s3:PutObject'], on: 'imports', by: { upload: always } },
  {
    call: 's3:AbortMultipartUpload',
    actions: ['s3:AbortMultipartUpload'],
    on: 'imports',
    by: { upload: always },
  },
  { call: 's3:GetObject', actions: ['s3:GetObject'], on: 'rejects', by: { upload: ['wait'] } },
  {
    call: 's3:GetBucketNotificationConfiguration',
    actions: ['s3:GetBucketNotification'],
    on: 'bucket',
    by: { upload: ['wait'] },
  },
  {
    call: 'sqs:GetQueueAttributes',
    actions: ['sqs:GetQueueAttributes'],
    on: 'dead letters',
    by: { upload: ['wait'] },
  },
  // It knows no mapping by its name, so none can be named.
  {
    call: 'lambda:ListEventSourceMappings',
    actions: ['lambda:ListEventSourceMappings'],
    on: 'everything',
    by: { upload: ['wait'] },
  },
  // Lambda itself writes what the function prints.
  { call: 'logs:CreateLogStream', actions: ['logs:CreateLogStream'], on: 'log streams', by: { function: always } },
  { call: 'logs:PutLogEvents', actions: ['logs:PutLogEvents'], on: 'log streams', by: { function: always } },
  // src/provision: the bucket and what stands on it
  { call: 's3:HeadBucket', actions: ['s3:ListBucket'], on: 'bucket', by: making },
  { call: 's3:CreateBucket', actions: ['s3:CreateBucket', 's3:TagResource'], on: 'bucket', by: { provision: always } },
  { call: 's3:GetPublicAccessBlock', actions: ['s3:GetBucketPublicAccessBlock'], on: 'bucket', by: making },
  { call: 's3:GetBucketEncryption', actions: ['s3:GetEncryptionConfiguration'], on: 'bucket', by: making },
  { call: 's3:GetBucketPolicy', actions: ['s3:GetBucketPolicy'], on: 'bucket', by: making },
  { call: 's3:GetBucketLifecycleConfiguration', actions: ['s3:GetLifecycleConfiguration'], on: 'bucket', by: making },
  { call: 's3:GetBucketTagging', actions: ['s3:GetBucketTagging'], on: 'bucket', by: making },
  { call: 's3:GetBucketNotificationConfiguration', actions: ['s3:GetBucketNotification'], on: 'bucket', by: making },
  {
    call: 's3:PutPublicAccessBlock',
    actions: ['s3:PutBucketPublicAccessBlock'],
    on: 'bucket',
    by: { provision: always },
  },
  {
    call: 's3:PutBucketEncryption',
    actions: ['s3:PutEncryptionConfiguration'],
    on: 'bucket',
    by: { provision: always },
  },
  { call: 's3:PutBucketPolicy', actions: ['s3:PutBucketPolicy'], on: 'bucket', by: making },
  { call: 's3:PutBucketLifecycleConfiguration', actions: ['s3:PutLifecycleConfiguration'], on: 'bucket', by: making },
  { call: 's3:PutBucketTagging', actions: ['s3:PutBucketTagging'], on: 'bucket', by: making },
  { call: 's3:PutBucketNotificationConfiguration', actions: ['s3:PutBucketNotification'], on: 'bucket', by: making },
  { call: 's3:DeleteBucketTagging', actions: ['s3:PutBucketTagging'], on: 'bucket', by: { destroy: always } },
  {
    call: 's3:DeleteBucketLifecycle',
    actions: ['s3:PutLifecycleConfiguration'],
    on: 'bucket',
    by: { destroy: always },
  },
  { call: 's3:DeleteBucketPolicy', actions: ['s3:DeleteBucketPolicy'], on: 'bucket', by: { destroy: always } },
  { call: 's3:GetObject', actions: ['s3:GetObject'], on: 'description', by: making },
  { call: 's3:PutObject', actions: ['s3:PutObject'], on: 'description', by: making },
  { call: 's3:DeleteObject', actions: ['s3:DeleteObject'], on: 'description', by: { destroy: always } },
  {
    call: 's3:GetObject',
    actions: ['s3:GetObject'],
    on: 'default settings',
    by: { provision: ['default settings'], destroy: always },
  },
  { call: 's3:PutObject', actions: ['s3:PutObject'], on: 'default settings', by: { provision: ['default settings'] } },
  { call: 's3:DeleteObject', actions: ['s3:DeleteObject'], on: 'default settings', by: { destroy: always } },
  { call: 's3:ListObjectsV2', actions: ['s3:ListBucket'], on: 'bucket', by: { destroy: always } },
  // … emptied and deleted
  { call: 's3:ListObjectVersions', actions: ['s3:ListBucketVersions'], on: 'bucket', by: { destroy: ['delete-data'] } },
  {
    call: 's3:DeleteObjects',
    actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    on: 'all objects',
    by: { destroy: ['delete-data'] },
  },
  {
    call: 's3:ListMultipartUploads',
    actions: ['s3:ListBucketMultipartUploads'],
    on: 'bucket',
    by: { destroy: ['delete-data'] },
  },
  {
    call: 's3:AbortMultipartUpload',
    actions: ['s3:AbortMultipartUpload'],
    on: 'all objects',
    by: { destroy: ['delete-data'] },
  },
  { call: 's3:DeleteBucket', actions: ['s3:DeleteBucket'], on: 'bucket', by: { destroy: ['delete-data'] } },
  // both queues
  { call: 'sqs:GetQueueUrl', actions: ['sqs:GetQueueUrl'], on: 'both queues', by: making },
  { call: 'sqs:GetQueueAttributes', actions: ['sqs:GetQueueAttributes'], on: 'both queues', by: making },
  { call: 'sqs:ListQueueTags', actions: ['sqs:ListQueueTags'], on: 'both queues', by: making },
  {
    call: 'sqs:CreateQueue',
    actions: ['sqs:CreateQueue', 'sqs:TagQueue'],
    on: 'both queues',
    by: { provision: always },
  },
  { call: 'sqs:SetQueueAttributes', actions: ['sqs:SetQueueAttributes'], on: 'both queues', by: making },
  { call: 'sqs:TagQueue', actions: ['sqs:TagQueue'], on: 'both queues', by: { provision: always } },
  { call: 'sqs:DeleteQueue', actions: ['sqs:DeleteQueue'], on: 'both queues', by: { destroy: always } },
  { call: 'sqs:UntagQueue', actions: ['sqs:UntagQueue'], on: 'both queues', by: { destroy: always } },
  // the table
  { call: 'dynamodb:DescribeTable', actions: ['dynamodb:DescribeTable'], on: 'table', by: making },
  { call: 'dynamodb:ListTagsOfResource', actions: ['dynamodb:ListTagsOfResource'], on: 'table', by: making },
  {
    call: 'dynamodb:CreateTable',
    actions: ['dynamodb:CreateTable', 'dynamodb:TagResource'],
    on: 'table',
    by: { provision: always },
  },
  { call: 'dynamodb:UpdateTable', actions: ['dynamodb:UpdateTable'], on: 'table', by: { provision: always } },
  { call: 'dynamodb:TagResource', actions: ['dynamodb:TagResource'], on: 'table', by: { provision: always } },
  { call: 'dynamodb:DeleteTable', actions: ['dynamodb:DeleteTable'], on: 'table', by: { destroy: ['delete-data'] } },
  { call: 'dynamodb:UntagResource', actions: ['dynamodb:UntagResource'], on: 'table', by: { destroy: always } },
  // the function, and what belongs to it
  {
    call: 'logs:DescribeLogGroups',
    actions: ['logs:DescribeLogGroups'],
    on: 'everything',
    by: { provision: ['function'], destroy: always },
  },
  {
    call: 'logs:ListTagsForResource',
    actions: ['logs:ListTagsForResource'],
    on: 'log group',
    by: { provision: ['function'], destroy: always },
  },
  {
    call: 'logs:CreateLogGroup',
    actions: ['logs:CreateLogGroup', 'logs:TagResource'],
    on: 'log group',
    by: { provision: ['function'] },
  },
  {
    call: 'logs:PutRetentionPolicy',
    actions: ['logs:PutRetentionPolicy'],
    on: 'log group',
    by: { provision: ['function'] },
  },
  { call: 'logs:TagResource', actions: ['logs:TagResource'], on: 'log group', by: { provision: ['function'] } },
  { call: 'logs:DeleteLogGroup', actions: ['logs:DeleteLogGroup'], on: 'log group', by: { destroy: always } },
  { call: 'logs:UntagResource', actions: ['logs:UntagResource'], on: 'log group', by: { destroy: always } },
  { call: 'iam:GetRole', actions: ['iam:GetRole'], on: 'role', by: { provision: ['function'], destroy: always } },
  {
    call: 'iam:GetRolePolicy',
    actions: ['iam:GetRolePolicy'],
    on: 'role',
    by: { provision: ['function'], destroy: always },
  },
  { call: 'iam:CreateRole', actions: ['iam:CreateRole', 'iam:TagRole'], on: 'role', by: { provision: ['function'] } },
  { call: 'iam:PutRolePolicy', actions: ['iam:PutRolePolicy'], on: 'role', by: { provision: ['function'] } },
  {
    call: 'iam:UpdateAssumeRolePolicy',
    actions: ['iam:UpdateAssumeRolePolicy'],
    on: 'role',
    by: { provision: ['function'] },
  },
  { call: 'iam:TagRole', actions: ['iam:TagRole'], on: 'role', by: { provision: ['function'] } },
  { call: 'iam:DeleteRolePolicy', actions: ['iam:DeleteRolePolicy'], on: 'role', by: { destroy: always } },
  { call: 'iam:DeleteRole', actions: ['iam:DeleteRole'], on: 'role', by: { destroy: always } },
  { call: 'iam:UntagRole', actions: ['iam:UntagRole'], on: 'role', by: { destroy: always } },
  // Lambda gives tags only to who may list them.
  {
    call: 'lambda:GetFunction',
    actions: ['lambda:GetFunction', 'lambda:ListTags'],
    on: 'function',
    by: { provision: ['function'], destroy: always },
  },
  {
    call: 'lambda:GetFunctionRecursionConfig',
    actions: ['lambda:GetFunctionRecursionConfig'],
    on: 'function',
    by: { provision: ['function'], destroy: always },
  },
  {
    call: 'lambda:GetFunctionConfiguration',
    actions: ['lambda:GetFunctionConfiguration'],
    on: 'function',
    by: { provision: ['function'] },
  },
  {
    call: 'lambda:CreateFunction',
    actions: ['lambda:CreateFunction', 'lambda:TagResource'],
    on: 'function',
    by: { provision: ['function'] },
  },
  {
    call: 'lambda:CreateFunction',
    actions: ['iam:PassRole'],
    on: 'role',
    by: { provision: ['function'] },
    condition: 'passed to Lambda',
  },
  {
    call: 'lambda:UpdateFunctionCode',
    actions: ['lambda:UpdateFunctionCode'],
    on: 'function',
    by: { provision: ['function'] },
  },
  {
    call: 'lambda:UpdateFunctionConfiguration',
    actions: ['lambda:UpdateFunctionConfiguration'],
    on: 'function',
    by: { provision: ['function'] },
  },
  {
    call: 'lambda:PutFunctionRecursionConfig',
    actions: ['lambda:PutFunctionRecursionConfig'],
    on: 'function',
    by: { provision: ['function'] },
  },
  { call: 'lambda:TagResource', actions: ['lambda:TagResource'], on: 'function', by: { provision: ['function'] } },
  {
    call: 'lambda:UpdateFunctionConfiguration',
    actions: ['iam:PassRole'],
    on: 'role',
    by: { provision: ['function'] },
    condition: 'passed to Lambda',
  },
  { call: 'lambda:DeleteFunction', actions: ['lambda:DeleteFunction'], on: 'function', by: { destroy: always } },
  { call: 'lambda:UntagResource', actions: ['lambda:UntagResource'], on: 'function', by: { destroy: always } },
  {
    call: 'lambda:ListEventSourceMappings',
    actions: ['lambda:ListEventSourceMappings'],
    on: 'everything',
    by: { provision: ['function'], destroy: always },
  },
  {
    call: 'lambda:CreateEventSourceMapping',
    actions: ['lambda:CreateEventSourceMapping'],
    on: 'everything',
    by: { provision: ['function'] },
    condition: 'of the function',
  },
  {
    call: 'lambda:CreateEventSourceMapping',
    actions: ['lambda:TagResource'],
    on: 'mappings',
    by: { provision: ['function'] },
  },
  {
    call: 'lambda:UpdateEventSourceMapping',
    actions: ['lambda:UpdateEventSourceMapping'],
    on: 'mappings',
    by: { provision: ['function'] },
    condition: 'of the function',
  },
  {
    call: 'lambda:DeleteEventSourceMapping',
    actions: ['lambda:DeleteEventSourceMapping'],
    on: 'mappings',
    by: { destroy: always },
    condition: 'of the function',
  },
  {
    call: 'lambda:GetAccountSettings',
    actions: ['lambda:GetAccountSettings'],
    on: 'everything',
    by: { provision: ['function', 'any number of functions'] },
  },
  // the topic, and the alarm
  {
    call: 'sns:GetTopicAttributes',
    actions: ['sns:GetTopicAttributes'],
    on: 'own topic',
    by: { provision: ['own topic'], destroy: always },
  },
  {
    call: 'sns:ListTagsForResource',
    actions: ['sns:ListTagsForResource'],
    on: 'own topic',
    by: { provision: ['own topic'], destroy: always },
  },
  {
    call: 'sns:ListSubscriptionsByTopic',
    actions: ['sns:ListSubscriptionsByTopic'],
    on: 'own topic',
    by: { provision: ['email'] },
  },
  {
    call: 'sns:CreateTopic',
    actions: ['sns:CreateTopic', 'sns:TagResource'],
    on: 'own topic',
    by: { provision: ['email'] },
  },
  { call: 'sns:Subscribe', actions: ['sns:Subscribe'], on: 'own topic', by: { provision: ['email'] } },
  { call: 'sns:TagResource', actions: ['sns:TagResource'], on: 'own topic', by: { provision: ['email'] } },
  { call: 'sns:DeleteTopic', actions: ['sns:DeleteTopic'], on: 'own topic', by: { destroy: always } },
  { call: 'sns:UntagResource', actions: ['sns:UntagResource'], on: 'own topic', by: { destroy: always } },
  {
    call: 'cloudwatch:DescribeAlarms',
    actions: ['cloudwatch:DescribeAlarms'],
    on: 'everything',
    by: { provision: ['alarm'], destroy: always },
  },
  {
    call: 'cloudwatch:ListTagsForResource',
    actions: ['cloudwatch:ListTagsForResource'],
    on: 'alarm',
    by: { provision: ['alarm'], destroy: always },
  },
  {
    call: 'cloudwatch:PutMetricAlarm',
    actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:TagResource'],
    on: 'alarm',
    by: { provision: ['alarm'] },
  },
  { call: 'cloudwatch:TagResource', actions: ['cloudwatch:TagResource'], on: 'alarm', by: { provision: ['alarm'] } },
  { call: 'cloudwatch:DeleteAlarms', actions: ['cloudwatch:DeleteAlarms'], on: 'alarm', by: { destroy: always } },
  { call: 'cloudwatch:UntagResource', actions: ['cloudwatch:UntagResource'], on: 'alarm', by: { destroy: always } },
];
