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
  /** As IAM has them; more than one where options of the call need more. */
  readonly actions: readonly string[];
  readonly on: On;
  /** By whom, and in which cases, all at once. */
  readonly by: Partial<Record<Caller, readonly Case[] | 'always'>>;
  readonly condition?: 'passed to Lambda' | 'of the function';
}

const always = 'always';
const making = { provision: always, destroy: always } as const;
const loaders = { worker: always, function: always } as const;
const lookers = { status: always, redrive: always } as const;

/** @param more where IAM has the action under another name, or wants others besides */
function asks(call: string, on: On, by: Call['by'], more: Partial<Pick<Call, 'actions' | 'condition'>> = {}): Call {
  return { call, actions: [call], on, by, ...more };
}

/** Every call that the program makes, once for each thing it is made about. A test finds each in the code, and each of the code's here. */
export const calls: readonly Call[] = [
  // src/aws/table, src/load/wire
  asks('dynamodb:DescribeTable', 'table', { direct: always, ...loaders }),
  asks('dynamodb:BatchWriteItem', 'table', { direct: always, ...loaders }),
  asks('dynamodb:CreateTable', 'table', { direct: ['create-table'] }),
  // src/load/source/remote
  asks('s3:GetObject', 'sources', { direct: ['s3'] }),
  asks('s3:HeadObject', 'sources', { direct: ['s3'] }, { actions: ['s3:GetObject'] }),
  asks('s3:ListObjectsV2', 'buckets of sources', { direct: ['list'] }, { actions: ['s3:ListBucket'] }),
  // src/report/notify
  asks('sns:Publish', 'topic', { direct: ['notify'], worker: ['notify'], function: ['notify'] }),
  // src/pipeline/jobs: what is imported, and the state
  asks('s3:HeadObject', 'imports', { ...loaders, upload: always }, { actions: ['s3:GetObject'] }),
  asks('s3:GetObject', 'imports', loaders, { actions: ['s3:GetObject', 's3:GetObjectVersion'] }),
  asks('s3:GetObject', 'state', { ...loaders, ...lookers, upload: always }),
  asks('s3:PutObject', 'state', { ...loaders, redrive: always }),
  asks('s3:PutObject', 'rejects', loaders),
  asks('s3:DeleteObject', 'open marks', loaders),
  // Without it what is not there would be forbidden instead (403 for 404).
  asks('s3:ListObjectsV2', 'bucket', { ...loaders, ...lookers, upload: always }, { actions: ['s3:ListBucket'] }),
  asks('sqs:ReceiveMessage', 'queue', loaders),
  asks('sqs:DeleteMessage', 'queue', loaders),
  asks('sqs:ChangeMessageVisibility', 'queue', loaders),
  asks('sqs:SendMessage', 'queue', { ...loaders, redrive: always }),
  asks('sqs:GetQueueAttributes', 'queue', { ...loaders, status: always, upload: always }),
  // src/pipeline: what the pipeline has
  asks('s3:GetObject', 'description', { ...lookers, worker: ['no pipeline named'] }),
  // src/pipeline/status, src/pipeline/redrive: dead letters
  asks('sqs:GetQueueAttributes', 'dead letters', lookers),
  asks('sqs:ReceiveMessage', 'dead letters', { redrive: always }),
  asks('sqs:DeleteMessage', 'dead letters', { redrive: always }),
  // src/pipeline/upload
  asks('s3:PutObject', 'settings', { upload: always }),
  asks('s3:PutObject', 'imports', { upload: always }),
  asks('s3:CreateMultipartUpload', 'imports', { upload: always }, { actions: ['s3:PutObject'] }),
  asks('s3:UploadPart', 'imports', { upload: always }, { actions: ['s3:PutObject'] }),
  asks('s3:CompleteMultipartUpload', 'imports', { upload: always }, { actions: ['s3:PutObject'] }),
  asks('s3:AbortMultipartUpload', 'imports', { upload: always }),
  asks('s3:GetObject', 'rejects', { upload: ['wait'] }),
  asks(
    's3:GetBucketNotificationConfiguration',
    'bucket',
    { upload: ['wait'] },
    { actions: ['s3:GetBucketNotification'] },
  ),
  asks('sqs:GetQueueAttributes', 'dead letters', { upload: ['wait'] }),
  // It knows no mapping by its name, so none can be named.
  asks('lambda:ListEventSourceMappings', 'everything', { upload: ['wait'] }),
  // Lambda itself writes what the function prints.
  asks('logs:CreateLogStream', 'log streams', { function: always }),
  asks('logs:PutLogEvents', 'log streams', { function: always }),
  // src/pipeline/provision: the bucket and what stands on it
  asks('s3:HeadBucket', 'bucket', making, { actions: ['s3:ListBucket'] }),
  asks('s3:CreateBucket', 'bucket', { provision: always }, { actions: ['s3:CreateBucket', 's3:TagResource'] }),
  asks('s3:GetPublicAccessBlock', 'bucket', making, { actions: ['s3:GetBucketPublicAccessBlock'] }),
  asks('s3:GetBucketEncryption', 'bucket', making, { actions: ['s3:GetEncryptionConfiguration'] }),
  asks('s3:GetBucketPolicy', 'bucket', making),
  asks('s3:GetBucketLifecycleConfiguration', 'bucket', making, { actions: ['s3:GetLifecycleConfiguration'] }),
  asks('s3:GetBucketTagging', 'bucket', making),
  asks('s3:GetBucketNotificationConfiguration', 'bucket', making, { actions: ['s3:GetBucketNotification'] }),
  asks('s3:PutPublicAccessBlock', 'bucket', { provision: always }, { actions: ['s3:PutBucketPublicAccessBlock'] }),
  asks('s3:PutBucketEncryption', 'bucket', { provision: always }, { actions: ['s3:PutEncryptionConfiguration'] }),
  asks('s3:PutBucketPolicy', 'bucket', { provision: always }),
  asks('s3:PutBucketLifecycleConfiguration', 'bucket', making, { actions: ['s3:PutLifecycleConfiguration'] }),
  asks('s3:PutBucketTagging', 'bucket', making),
  asks('s3:PutBucketNotificationConfiguration', 'bucket', making, { actions: ['s3:PutBucketNotification'] }),
  asks('s3:DeleteBucketTagging', 'bucket', { destroy: always }, { actions: ['s3:PutBucketTagging'] }),
  asks('s3:DeleteBucketLifecycle', 'bucket', { destroy: always }, { actions: ['s3:PutLifecycleConfiguration'] }),
  asks('s3:GetObject', 'description', making),
  asks('s3:PutObject', 'description', making),
  asks('s3:DeleteObject', 'description', { destroy: always }),
  asks('s3:GetObject', 'default settings', { provision: ['default settings'], destroy: always }),
  asks('s3:PutObject', 'default settings', { provision: ['default settings'] }),
  asks('s3:DeleteObject', 'default settings', { destroy: always }),
  asks('s3:ListObjectsV2', 'bucket', { destroy: always }, { actions: ['s3:ListBucket'] }),
  // … emptied and deleted
  asks('s3:ListObjectVersions', 'bucket', { destroy: ['delete-data'] }, { actions: ['s3:ListBucketVersions'] }),
  asks(
    's3:DeleteObjects',
    'all objects',
    { destroy: ['delete-data'] },
    { actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'] },
  ),
  asks(
    's3:ListMultipartUploads',
    'bucket',
    { destroy: ['delete-data'] },
    { actions: ['s3:ListBucketMultipartUploads'] },
  ),
  asks('s3:AbortMultipartUpload', 'all objects', { destroy: ['delete-data'] }),
  asks('s3:DeleteBucket', 'bucket', { destroy: ['delete-data'] }),
  // both queues
  asks('sqs:GetQueueUrl', 'both queues', making),
  asks('sqs:GetQueueAttributes', 'both queues', making),
  asks('sqs:ListQueueTags', 'both queues', making),
  asks('sqs:CreateQueue', 'both queues', { provision: always }, { actions: ['sqs:CreateQueue', 'sqs:TagQueue'] }),
  asks('sqs:SetQueueAttributes', 'both queues', making),
  asks('sqs:TagQueue', 'both queues', { provision: always }),
  asks('sqs:DeleteQueue', 'both queues', { destroy: always }),
  asks('sqs:UntagQueue', 'both queues', { destroy: always }),
  // the table
  asks('dynamodb:DescribeTable', 'table', making),
  asks('dynamodb:ListTagsOfResource', 'table', making),
  asks(
    'dynamodb:CreateTable',
    'table',
    { provision: always },
    { actions: ['dynamodb:CreateTable', 'dynamodb:TagResource'] },
  ),
  asks('dynamodb:UpdateTable', 'table', { provision: always }),
  asks('dynamodb:TagResource', 'table', { provision: always }),
  asks('dynamodb:DeleteTable', 'table', { destroy: ['delete-data'] }),
  asks('dynamodb:UntagResource', 'table', { destroy: always }),
  // the function, and what belongs to it
  asks('logs:DescribeLogGroups', 'everything', { provision: ['function'], destroy: always }),
  asks('logs:ListTagsForResource', 'log group', { provision: ['function'], destroy: always }),
  asks(
    'logs:CreateLogGroup',
    'log group',
    { provision: ['function'] },
    { actions: ['logs:CreateLogGroup', 'logs:TagResource'] },
  ),
  asks('logs:PutRetentionPolicy', 'log group', { provision: ['function'] }),
  asks('logs:TagResource', 'log group', { provision: ['function'] }),
  asks('logs:DeleteLogGroup', 'log group', { destroy: always }),
  asks('logs:UntagResource', 'log group', { destroy: always }),
  asks('iam:GetRole', 'role', { provision: ['function'], destroy: always }),
  asks('iam:GetRolePolicy', 'role', { provision: ['function'], destroy: always }),
  asks('iam:CreateRole', 'role', { provision: ['function'] }, { actions: ['iam:CreateRole', 'iam:TagRole'] }),
  asks('iam:PutRolePolicy', 'role', { provision: ['function'] }),
  asks('iam:UpdateAssumeRolePolicy', 'role', { provision: ['function'] }),
  asks('iam:TagRole', 'role', { provision: ['function'] }),
  asks('iam:DeleteRolePolicy', 'role', { destroy: always }),
  asks('iam:DeleteRole', 'role', { destroy: always }),
  asks('iam:UntagRole', 'role', { destroy: always }),
  // Lambda gives tags only to who may list them.
  asks(
    'lambda:GetFunction',
    'function',
    { provision: ['function'], destroy: always },
    { actions: ['lambda:GetFunction', 'lambda:ListTags'] },
  ),
  asks('lambda:GetFunctionRecursionConfig', 'function', { provision: ['function'], destroy: always }),
  asks('lambda:GetFunctionConfiguration', 'function', { provision: ['function'] }),
  asks(
    'lambda:CreateFunction',
    'function',
    { provision: ['function'] },
    { actions: ['lambda:CreateFunction', 'lambda:TagResource'] },
  ),
  asks(
    'lambda:CreateFunction',
    'role',
    { provision: ['function'] },
    { actions: ['iam:PassRole'], condition: 'passed to Lambda' },
  ),
  asks('lambda:UpdateFunctionCode', 'function', { provision: ['function'] }),
  asks('lambda:UpdateFunctionConfiguration', 'function', { provision: ['function'] }),
  asks('lambda:PutFunctionRecursionConfig', 'function', { provision: ['function'] }),
  asks('lambda:TagResource', 'function', { provision: ['function'] }),
  asks(
    'lambda:UpdateFunctionConfiguration',
    'role',
    { provision: ['function'] },
    { actions: ['iam:PassRole'], condition: 'passed to Lambda' },
  ),
  asks('lambda:DeleteFunction', 'function', { destroy: always }),
  asks('lambda:UntagResource', 'function', { destroy: always }),
  asks('lambda:ListEventSourceMappings', 'everything', { provision: ['function'], destroy: always }),
  asks('lambda:CreateEventSourceMapping', 'everything', { provision: ['function'] }, { condition: 'of the function' }),
  asks('lambda:CreateEventSourceMapping', 'mappings', { provision: ['function'] }, { actions: ['lambda:TagResource'] }),
  asks('lambda:UpdateEventSourceMapping', 'mappings', { provision: ['function'] }, { condition: 'of the function' }),
  asks('lambda:DeleteEventSourceMapping', 'mappings', { destroy: always }, { condition: 'of the function' }),
  asks('lambda:GetAccountSettings', 'everything', { provision: ['function', 'any number of functions'] }),
  // the topic, and the alarm
  asks('sns:GetTopicAttributes', 'own topic', { provision: ['own topic'], destroy: always }),
  asks('sns:ListTagsForResource', 'own topic', { provision: ['own topic'], destroy: always }),
  asks('sns:ListSubscriptionsByTopic', 'own topic', { provision: ['email'] }),
  asks('sns:CreateTopic', 'own topic', { provision: ['email'] }, { actions: ['sns:CreateTopic', 'sns:TagResource'] }),
  asks('sns:Subscribe', 'own topic', { provision: ['email'] }),
  asks('sns:TagResource', 'own topic', { provision: ['email'] }),
  asks('sns:DeleteTopic', 'own topic', { destroy: always }),
  asks('sns:UntagResource', 'own topic', { destroy: always }),
  asks('cloudwatch:DescribeAlarms', 'everything', { provision: ['alarm'], destroy: always }),
  asks('cloudwatch:ListTagsForResource', 'alarm', { provision: ['alarm'], destroy: always }),
  asks(
    'cloudwatch:PutMetricAlarm',
    'alarm',
    { provision: ['alarm'] },
    { actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:TagResource'] },
  ),
  asks('cloudwatch:TagResource', 'alarm', { provision: ['alarm'] }),
  asks('cloudwatch:DeleteAlarms', 'alarm', { destroy: always }),
  asks('cloudwatch:UntagResource', 'alarm', { destroy: always }),
];
