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
  | 'notify'
  | 'no pipeline named'
  | 'wait'
  | 'function'
  | 'delete-data'
  | 'versions';

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
const loaders = { worker: always, function: always } as const;

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
  { call: 's3:GetObject', actions: ['s3:GetObject'], on: 'state', by: { ...loaders, upload: always } },
  { call: 's3:PutObject', actions: ['s3:PutObject'], on: 'state', by: loaders },
  { call: 's3:PutObject', actions: ['s3:PutObject'], on: 'rejects', by: loaders },
  { call: 's3:DeleteObject', actions: ['s3:DeleteObject'], on: 'open marks', by: loaders },
  // Without it what is not there would be forbidden instead (403 for 404).
  { call: 's3:ListObjectsV2', actions: ['s3:ListBucket'], on: 'bucket', by: { ...loaders, upload: always } },
  { call: 'sqs:ReceiveMessage', actions: ['sqs:ReceiveMessage'], on: 'queue', by: loaders },
  { call: 'sqs:DeleteMessage', actions: ['sqs:DeleteMessage'], on: 'queue', by: loaders },
  { call: 'sqs:ChangeMessageVisibility', actions: ['sqs:ChangeMessageVisibility'], on: 'queue', by: loaders },
  { call: 'sqs:SendMessage', actions: ['sqs:SendMessage'], on: 'queue', by: loaders },
  {
    call: 'sqs:GetQueueAttributes',
    actions: ['sqs:GetQueueAttributes'],
    on: 'queue',
    by: { ...loaders, upload: always },
  },
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
];
