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
const makesTopic = { provision: ['email'] } as const;
const makesAlarm = { provision: ['alarm'] } as const;
const aboutAlarm = { ...makesAlarm, ...destroys } as const;
const uploads = { upload: always } as const;
const waits = { upload: ['wait'] } as const;
const loaders = { worker: always, function: always } as const;
const lookers = { status: always, redrive: always } as const;

/** @param options what IAM calls its action, if it has a different name or needs others also; default: the names of the calls */
function asks(on: On, by: Call['by'], names: readonly string[], options: Partial<Call> = {}): Call[] {
  return names.map((call) => ({ call, actions: [call], on, by, ...options }));
}

/** Every call that the program makes, once for each thing it is made about. A test finds each in the code, and each of the code's here. */
export const calls: readonly Call[] = [
  // src/aws/table, src/load/wire
  asks('table', { direct: always, ...loaders }, ['dynamodb:DescribeTable', 'dynamodb:BatchWriteItem']),
  asks('table', { direct: ['create-table'] }, ['dynamodb:CreateTable']),
  // src/load/source/remote
  asks('sources', { direct: ['s3'] }, ['s3:GetObject', 's3:HeadObject'], { actions: ['s3:GetObject'] }),
  asks('buckets of sources', { direct: ['list'] }, ['s3:ListObjectsV2'], { actions: ['s3:ListBucket'] }),
  // src/report/notify
  asks('topic', { direct: ['notify'], worker: ['notify'], function: ['notify'] }, ['sns:Publish']),
  // src/pipeline/jobs: what is imported, and the state
  asks('imports', { ...loaders, ...uploads }, ['s3:HeadObject'], { actions: ['s3:GetObject'] }),
  asks('imports', loaders, ['s3:GetObject'], { actions: ['s3:GetObject', 's3:GetObjectVersion'] }),
  asks('state', { ...loaders, ...lookers, ...uploads }, ['s3:GetObject']),
  asks('state', { ...loaders, redrive: always }, ['s3:PutObject']),
  asks('rejects', loaders, ['s3:PutObject']),
  asks('open marks', loaders, ['s3:DeleteObject']),
  // Without it what is not there would be forbidden instead (403 for 404).
  asks('bucket', { ...loaders, ...lookers, ...uploads }, ['s3:ListObjectsV2'], { actions: ['s3:ListBucket'] }),
  asks('queue', loaders, ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility']),
  asks('queue', { ...loaders, redrive: always }, ['sqs:SendMessage']),
  asks('queue', { ...loaders, status: always, ...uploads }, ['sqs:GetQueueAttributes']),
  // src/pipeline: what the pipeline has
  asks('description', { ...lookers, worker: ['no pipeline named'] }, ['s3:GetObject']),
  // src/pipeline/status, src/pipeline/redrive: dead letters
  asks('dead letters', lookers, ['sqs:GetQueueAttributes']),
  asks('dead letters', { redrive: always }, ['sqs:ReceiveMessage', 'sqs:DeleteMessage']),
  // src/pipeline/upload
  asks('settings', uploads, ['s3:PutObject']),
  asks('imports', uploads, ['s3:PutObject', 's3:AbortMultipartUpload']),
  asks('imports', uploads, ['s3:CreateMultipartUpload', 's3:UploadPart', 's3:CompleteMultipartUpload'], {
    actions: ['s3:PutObject'],
  }),
  asks('rejects', waits, ['s3:GetObject']),
  asks('bucket', waits, ['s3:GetBucketNotificationConfiguration'], { actions: ['s3:GetBucketNotification'] }),
  asks('dead letters', waits, ['sqs:GetQueueAttributes']),
  // It knows no mapping by its name, so none can be named.
  asks('everything', waits, ['lambda:ListEventSourceMappings']),
  // Lambda itself writes what the function prints.
  asks('log streams', { function: always }, ['logs:CreateLogStream', 'logs:PutLogEvents']),
  // src/pipeline/provision: the bucket and what stands on it
  asks('bucket', making, ['s3:GetBucketPolicy', 's3:GetBucketTagging', 's3:PutBucketTagging']),
  asks('bucket', making, ['s3:HeadBucket'], { actions: ['s3:ListBucket'] }),
  asks('bucket', making, ['s3:GetPublicAccessBlock'], { actions: ['s3:GetBucketPublicAccessBlock'] }),
  asks('bucket', making, ['s3:GetBucketEncryption'], { actions: ['s3:GetEncryptionConfiguration'] }),
  asks('bucket', making, ['s3:GetBucketLifecycleConfiguration'], { actions: ['s3:GetLifecycleConfiguration'] }),
  asks('bucket', making, ['s3:GetBucketNotificationConfiguration'], { actions: ['s3:GetBucketNotification'] }),
  asks('bucket', making, ['s3:PutBucketLifecycleConfiguration'], { actions: ['s3:PutLifecycleConfiguration'] }),
  asks('bucket', making, ['s3:PutBucketNotificationConfiguration'], { actions: ['s3:PutBucketNotification'] }),
  asks('bucket', provisions, ['s3:CreateBucket'], { actions: ['s3:CreateBucket', 's3:TagResource'] }),
  asks('bucket', provisions, ['s3:PutPublicAccessBlock'], { actions: ['s3:PutBucketPublicAccessBlock'] }),
  asks('bucket', provisions, ['s3:PutBucketEncryption'], { actions: ['s3:PutEncryptionConfiguration'] }),
  asks('bucket', provisions, ['s3:PutBucketPolicy']),
  asks('bucket', destroys, ['s3:DeleteBucketTagging'], { actions: ['s3:PutBucketTagging'] }),
  asks('bucket', destroys, ['s3:DeleteBucketLifecycle'], { actions: ['s3:PutLifecycleConfiguration'] }),
  asks('description', making, ['s3:GetObject', 's3:PutObject']),
  asks('description', destroys, ['s3:DeleteObject']),
  asks('default settings', { provision: ['default settings'] }, ['s3:GetObject', 's3:PutObject']),
  asks('default settings', destroys, ['s3:GetObject', 's3:DeleteObject']),
  asks('bucket', destroys, ['s3:ListObjectsV2'], { actions: ['s3:ListBucket'] }),
  // … emptied and deleted
  asks('bucket', deletesData, ['s3:DeleteBucket']),
  asks('bucket', deletesData, ['s3:ListObjectVersions'], { actions: ['s3:ListBucketVersions'] }),
  asks('bucket', deletesData, ['s3:ListMultipartUploads'], { actions: ['s3:ListBucketMultipartUploads'] }),
  asks('all objects', deletesData, ['s3:AbortMultipartUpload']),
  asks('all objects', deletesData, ['s3:DeleteObjects'], { actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'] }),
  // both queues
  asks('both queues', making, ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes']),
  asks('both queues', making, ['sqs:SetQueueAttributes', 'sqs:ListQueueTags']),
  asks('both queues', provisions, ['sqs:CreateQueue'], { actions: ['sqs:CreateQueue', 'sqs:TagQueue'] }),
  asks('both queues', provisions, ['sqs:TagQueue']),
  asks('both queues', destroys, ['sqs:DeleteQueue', 'sqs:UntagQueue']),
  // the table
  asks('table', making, ['dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource']),
  asks('table', provisions, ['dynamodb:CreateTable'], { actions: ['dynamodb:CreateTable', 'dynamodb:TagResource'] }),
  asks('table', provisions, ['dynamodb:UpdateTable', 'dynamodb:TagResource']),
  asks('table', deletesData, ['dynamodb:DeleteTable']),
  asks('table', destroys, ['dynamodb:UntagResource']),
  // the function, and what belongs to it
  asks('everything', aboutFunction, ['logs:DescribeLogGroups', 'lambda:ListEventSourceMappings']),
  asks('log group', aboutFunction, ['logs:ListTagsForResource']),
  asks('log group', makesFunction, ['logs:CreateLogGroup'], { actions: ['logs:CreateLogGroup', 'logs:TagResource'] }),
  asks('log group', makesFunction, ['logs:PutRetentionPolicy', 'logs:TagResource']),
  asks('log group', destroys, ['logs:DeleteLogGroup', 'logs:UntagResource']),
  asks('role', aboutFunction, ['iam:GetRole', 'iam:GetRolePolicy']),
  asks('role', makesFunction, ['iam:CreateRole'], { actions: ['iam:CreateRole', 'iam:TagRole'] }),
  asks('role', makesFunction, ['iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy', 'iam:TagRole']),
  asks('role', destroys, ['iam:DeleteRolePolicy', 'iam:DeleteRole', 'iam:UntagRole']),
  // Lambda gives tags only to who may list them.
  asks('function', aboutFunction, ['lambda:GetFunction'], { actions: ['lambda:GetFunction', 'lambda:ListTags'] }),
  asks('function', aboutFunction, ['lambda:GetFunctionRecursionConfig']),
  asks('role', makesFunction, ['lambda:CreateFunction', 'lambda:UpdateFunctionConfiguration'], {
    actions: ['iam:PassRole'],
    condition: 'passed to Lambda',
  }),
  asks('function', makesFunction, ['lambda:CreateFunction'], {
    actions: ['lambda:CreateFunction', 'lambda:TagResource'],
  }),
  asks('function', makesFunction, ['lambda:GetFunctionConfiguration', 'lambda:UpdateFunctionConfiguration']),
  asks('function', makesFunction, ['lambda:UpdateFunctionCode', 'lambda:PutFunctionRecursionConfig']),
  asks('function', makesFunction, ['lambda:TagResource']),
  asks('function', destroys, ['lambda:DeleteFunction', 'lambda:UntagResource']),
  asks('everything', makesFunction, ['lambda:CreateEventSourceMapping'], { condition: 'of the function' }),
  asks('mappings', makesFunction, ['lambda:CreateEventSourceMapping'], { actions: ['lambda:TagResource'] }),
  asks('mappings', makesFunction, ['lambda:UpdateEventSourceMapping'], { condition: 'of the function' }),
  asks('mappings', destroys, ['lambda:DeleteEventSourceMapping'], { condition: 'of the function' }),
  asks('everything', { provision: ['function', 'any number of functions'] }, ['lambda:GetAccountSettings']),
  // the topic, and the alarm
  asks('own topic', { provision: ['own topic'], ...destroys }, ['sns:GetTopicAttributes', 'sns:ListTagsForResource']),
  asks('own topic', makesTopic, ['sns:CreateTopic'], { actions: ['sns:CreateTopic', 'sns:TagResource'] }),
  asks('own topic', makesTopic, ['sns:ListSubscriptionsByTopic', 'sns:Subscribe', 'sns:TagResource']),
  asks('own topic', destroys, ['sns:DeleteTopic', 'sns:UntagResource']),
  asks('everything', aboutAlarm, ['cloudwatch:DescribeAlarms']),
  asks('alarm', aboutAlarm, ['cloudwatch:ListTagsForResource']),
  asks('alarm', makesAlarm, ['cloudwatch:PutMetricAlarm'], {
    actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:TagResource'],
  }),
  asks('alarm', makesAlarm, ['cloudwatch:TagResource']),
  asks('alarm', destroys, ['cloudwatch:DeleteAlarms', 'cloudwatch:UntagResource']),
].flat();
