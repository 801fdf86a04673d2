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
const provisions = { provision: always } as const;
const destroys = { destroy: always } as const;
const making = { ...provisions, ...destroys } as const;
const deletesData = { destroy: ['delete-data'] } as const;
const makesFunction = { provision: ['function'] } as const;
const aboutFunction = { ...makesFunction, ...destroys } as const;
const uploads = { upload: always } as const;
const waits = { upload: ['wait'] } as const;
const loaders = { worker: always, function: always } as const;
const lookers = { status: always, redrive: always } as const;

/** @param actions of IAM, if it has the action under a different name or requires others also */
function asks(call: string, on: On, by: Call['by'], actions: readonly string[] = [call]): Call {
  return { call, actions, on, by };
}

/** Every call that the program makes, once for each thing it is made about. A test finds each in the code, and each of the code's here. */
export const calls: readonly Call[] = [
  // src/aws/table, src/load/wire
  asks('dynamodb:DescribeTable', 'table', { direct: always, ...loaders }),
  asks('dynamodb:BatchWriteItem', 'table', { direct: always, ...loaders }),
  asks('dynamodb:CreateTable', 'table', { direct: ['create-table'] }),
  // src/load/source/remote
  asks('s3:GetObject', 'sources', { direct: ['s3'] }),
  asks('s3:HeadObject', 'sources', { direct: ['s3'] }, ['s3:GetObject']),
  asks('s3:ListObjectsV2', 'buckets of sources', { direct: ['list'] }, ['s3:ListBucket']),
  // src/report/notify
  asks('sns:Publish', 'topic', { direct: ['notify'], worker: ['notify'], function: ['notify'] }),
  // src/pipeline/jobs: what is imported, and the state
  asks('s3:HeadObject', 'imports', { ...loaders, upload: always }, ['s3:GetObject']),
  asks('s3:GetObject', 'imports', loaders, ['s3:GetObject', 's3:GetObjectVersion']),
  asks('s3:GetObject', 'state', { ...loaders, ...lookers, upload: always }),
  asks('s3:PutObject', 'state', { ...loaders, redrive: always }),
  asks('s3:PutObject', 'rejects', loaders),
  asks('s3:DeleteObject', 'open marks', loaders),
  // Without it what is not there would be forbidden instead (403 for 404).
  asks('s3:ListObjectsV2', 'bucket', { ...loaders, ...lookers, upload: always }, ['s3:ListBucket']),
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
  asks('s3:PutObject', 'settings', uploads),
  asks('s3:PutObject', 'imports', uploads),
  asks('s3:CreateMultipartUpload', 'imports', uploads, ['s3:PutObject']),
  asks('s3:UploadPart', 'imports', uploads, ['s3:PutObject']),
  asks('s3:CompleteMultipartUpload', 'imports', uploads, ['s3:PutObject']),
  asks('s3:AbortMultipartUpload', 'imports', uploads),
  asks('s3:GetObject', 'rejects', waits),
  asks('s3:GetBucketNotificationConfiguration', 'bucket', waits, ['s3:GetBucketNotification']),
  asks('sqs:GetQueueAttributes', 'dead letters', waits),
  // It knows no mapping by its name, so none can be named.
  asks('lambda:ListEventSourceMappings', 'everything', waits),
  // Lambda itself writes what the function prints.
  asks('logs:CreateLogStream', 'log streams', { function: always }),
  asks('logs:PutLogEvents', 'log streams', { function: always }),
  // src/pipeline/provision: the bucket and what stands on it
  asks('s3:HeadBucket', 'bucket', making, ['s3:ListBucket']),
  asks('s3:CreateBucket', 'bucket', provisions, ['s3:CreateBucket', 's3:TagResource']),
  asks('s3:GetPublicAccessBlock', 'bucket', making, ['s3:GetBucketPublicAccessBlock']),
  asks('s3:GetBucketEncryption', 'bucket', making, ['s3:GetEncryptionConfiguration']),
  asks('s3:GetBucketPolicy', 'bucket', making),
  asks('s3:GetBucketLifecycleConfiguration', 'bucket', making, ['s3:GetLifecycleConfiguration']),
  asks('s3:GetBucketTagging', 'bucket', making),
  asks('s3:GetBucketNotificationConfiguration', 'bucket', making, ['s3:GetBucketNotification']),
  asks('s3:PutPublicAccessBlock', 'bucket', provisions, ['s3:PutBucketPublicAccessBlock']),
  asks('s3:PutBucketEncryption', 'bucket', provisions, ['s3:PutEncryptionConfiguration']),
  asks('s3:PutBucketPolicy', 'bucket', provisions),
  asks('s3:PutBucketLifecycleConfiguration', 'bucket', making, ['s3:PutLifecycleConfiguration']),
  asks('s3:PutBucketTagging', 'bucket', making),
  asks('s3:PutBucketNotificationConfiguration', 'bucket', making, ['s3:PutBucketNotification']),
  asks('s3:DeleteBucketTagging', 'bucket', destroys, ['s3:PutBucketTagging']),
  asks('s3:DeleteBucketLifecycle', 'bucket', destroys, ['s3:PutLifecycleConfiguration']),
  asks('s3:GetObject', 'description', making),
  asks('s3:PutObject', 'description', making),
  asks('s3:DeleteObject', 'description', destroys),
  asks('s3:GetObject', 'default settings', { provision: ['default settings'], destroy: always }),
  asks('s3:PutObject', 'default settings', { provision: ['default settings'] }),
  asks('s3:DeleteObject', 'default settings', destroys),
  asks('s3:ListObjectsV2', 'bucket', destroys, ['s3:ListBucket']),
  // … emptied and deleted
  asks('s3:ListObjectVersions', 'bucket', deletesData, ['s3:ListBucketVersions']),
  asks('s3:DeleteObjects', 'all objects', deletesData, ['s3:DeleteObject', 's3:DeleteObjectVersion']),
  asks('s3:ListMultipartUploads', 'bucket', deletesData, ['s3:ListBucketMultipartUploads']),
  asks('s3:AbortMultipartUpload', 'all objects', deletesData),
  asks('s3:DeleteBucket', 'bucket', deletesData),
  // both queues
  asks('sqs:GetQueueUrl', 'both queues', making),
  asks('sqs:GetQueueAttributes', 'both queues', making),
  asks('sqs:ListQueueTags', 'both queues', making),
  asks('sqs:CreateQueue', 'both queues', provisions, ['sqs:CreateQueue', 'sqs:TagQueue']),
  asks('sqs:SetQueueAttributes', 'both queues', making),
  asks('sqs:TagQueue', 'both queues', provisions),
  asks('sqs:DeleteQueue', 'both queues', destroys),
  asks('sqs:UntagQueue', 'both queues', destroys),
  // the table
  asks('dynamodb:DescribeTable', 'table', making),
  asks('dynamodb:ListTagsOfResource', 'table', making),
  asks('dynamodb:CreateTable', 'table', provisions, ['dynamodb:CreateTable', 'dynamodb:TagResource']),
  asks('dynamodb:UpdateTable', 'table', provisions),
  asks('dynamodb:TagResource', 'table', provisions),
  asks('dynamodb:DeleteTable', 'table', deletesData),
  asks('dynamodb:UntagResource', 'table', destroys),
  // the function, and what belongs to it
  asks('logs:DescribeLogGroups', 'everything', aboutFunction),
  asks('logs:ListTagsForResource', 'log group', aboutFunction),
  asks('logs:CreateLogGroup', 'log group', makesFunction, ['logs:CreateLogGroup', 'logs:TagResource']),
  asks('logs:PutRetentionPolicy', 'log group', makesFunction),
  asks('logs:TagResource', 'log group', makesFunction),
  asks('logs:DeleteLogGroup', 'log group', destroys),
  asks('logs:UntagResource', 'log group', destroys),
  asks('iam:GetRole', 'role', aboutFunction),
  asks('iam:GetRolePolicy', 'role', aboutFunction),
  asks('iam:CreateRole', 'role', makesFunction, ['iam:CreateRole', 'iam:TagRole']),
  asks('iam:PutRolePolicy', 'role', makesFunction),
  asks('iam:UpdateAssumeRolePolicy', 'role', makesFunction),
  asks('iam:TagRole', 'role', makesFunction),
  asks('iam:DeleteRolePolicy', 'role', destroys),
  asks('iam:DeleteRole', 'role', destroys),
  asks('iam:UntagRole', 'role', destroys),
  // Lambda gives tags only to who may list them.
  asks('lambda:GetFunction', 'function', aboutFunction, ['lambda:GetFunction', 'lambda:ListTags']),
  asks('lambda:GetFunctionRecursionConfig', 'function', aboutFunction),
  asks('lambda:GetFunctionConfiguration', 'function', makesFunction),
  asks('lambda:CreateFunction', 'function', makesFunction, ['lambda:CreateFunction', 'lambda:TagResource']),
  { ...asks('lambda:CreateFunction', 'role', makesFunction, ['iam:PassRole']), condition: 'passed to Lambda' },
  asks('lambda:UpdateFunctionCode', 'function', makesFunction),
  asks('lambda:UpdateFunctionConfiguration', 'function', makesFunction),
  asks('lambda:PutFunctionRecursionConfig', 'function', makesFunction),
  asks('lambda:TagResource', 'function', makesFunction),
  {
    ...asks('lambda:UpdateFunctionConfiguration', 'role', makesFunction, ['iam:PassRole']),
    condition: 'passed to Lambda',
  },
  asks('lambda:DeleteFunction', 'function', destroys),
  asks('lambda:UntagResource', 'function', destroys),
  asks('lambda:ListEventSourceMappings', 'everything', aboutFunction),
  { ...asks('lambda:CreateEventSourceMapping', 'everything', makesFunction), condition: 'of the function' },
  asks('lambda:CreateEventSourceMapping', 'mappings', makesFunction, ['lambda:TagResource']),
  { ...asks('lambda:UpdateEventSourceMapping', 'mappings', makesFunction), condition: 'of the function' },
  { ...asks('lambda:DeleteEventSourceMapping', 'mappings', destroys), condition: 'of the function' },
  asks('lambda:GetAccountSettings', 'everything', { provision: ['function', 'any number of functions'] }),
  // the topic, and the alarm
  asks('sns:GetTopicAttributes', 'own topic', { provision: ['own topic'], destroy: always }),
  asks('sns:ListTagsForResource', 'own topic', { provision: ['own topic'], destroy: always }),
  asks('sns:ListSubscriptionsByTopic', 'own topic', { provision: ['email'] }),
  asks('sns:CreateTopic', 'own topic', { provision: ['email'] }, ['sns:CreateTopic', 'sns:TagResource']),
  asks('sns:Subscribe', 'own topic', { provision: ['email'] }),
  asks('sns:TagResource', 'own topic', { provision: ['email'] }),
  asks('sns:DeleteTopic', 'own topic', destroys),
  asks('sns:UntagResource', 'own topic', destroys),
  asks('cloudwatch:DescribeAlarms', 'everything', { provision: ['alarm'], destroy: always }),
  asks('cloudwatch:ListTagsForResource', 'alarm', { provision: ['alarm'], destroy: always }),
  asks('cloudwatch:PutMetricAlarm', 'alarm', { provision: ['alarm'] }, [
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:TagResource',
  ]),
  asks('cloudwatch:TagResource', 'alarm', { provision: ['alarm'] }),
  asks('cloudwatch:DeleteAlarms', 'alarm', destroys),
  asks('cloudwatch:UntagResource', 'alarm', destroys),
];
