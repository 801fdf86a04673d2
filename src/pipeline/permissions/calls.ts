import type { PolicyResource } from './scope.ts';

/** The command, or the pipeline's function, that makes the calls. */
export type Caller = 'direct' | 'upload' | 'provision' | 'worker' | 'status' | 'redrive' | 'destroy' | 'function';

/** A condition under which a command makes a call. */
export type Case =
  /** At least one source is an S3 object. */
  | 's3'
  /** At least one source is a prefix or a pattern. */
  | 'list'
  | 'create-table'
  /** A topic receives the outcome of each load. */
  | 'notify'
  /** The options name no bucket, queue or table: the command reads them from the pipeline. */
  | 'no pipeline named'
  /** The command waits until the uploaded files are loaded. */
  | 'wait'
  /** A function loads the files. */
  | 'function'
  /** The maximum concurrency is derived from the account. */
  | 'any number of functions'
  /** The pipeline may have its own topic. */
  | 'own topic'
  /** The topic sends e-mail. */
  | 'email'
  /** An alarm reports dead letters. */
  | 'alarm'
  /** The pipeline has settings for files without their own. */
  | 'default settings'
  | 'delete-data';

/** A call to AWS on one kind of resource, and the IAM actions it requires. */
export interface Permission {
  /** `service:Command`, named as in the SDK. */
  readonly call: string;
  /** Named as in IAM. Some options of a call require additional actions. */
  readonly actions: readonly string[];
  readonly resource: PolicyResource;
  /** The callers that make the call. All listed cases must apply. */
  readonly callers: Partial<Record<Caller, readonly Case[] | 'always'>>;
  readonly condition?: 'passed to Lambda' | 'of the function';
}

const always = 'always';
const provision = { provision: always } as const;
const destroy = { destroy: always } as const;
/** Both commands that manage a pipeline's resources. */
const manage = { ...provision, ...destroy } as const;
const deleteData = { destroy: ['delete-data'] } as const;
const createFunction = { provision: ['function'] } as const;
const readFunction = { ...createFunction, ...destroy } as const;
const createTopic = { provision: ['email'] } as const;
const createAlarm = { provision: ['alarm'] } as const;
const readAlarm = { ...createAlarm, ...destroy } as const;
const upload = { upload: always } as const;
const wait = { upload: ['wait'] } as const;
const loaders = { worker: always, function: always } as const;
const inspect = { status: always, redrive: always } as const;

/** Grants calls on a resource to callers. The actions default to the names of the calls. */
function allow(
  resource: PolicyResource,
  callers: Permission['callers'],
  calls: readonly string[],
  options: Partial<Permission> = {},
): Permission[] {
  return calls.map((call) => ({ call, actions: [call], resource, callers, ...options }));
}

/** All calls that csv2ddb makes, once per resource. A test compares them with the calls in the code. */
export const permissions: readonly Permission[] = [
  // src/aws/table, src/load/wire
  allow('table', { direct: always, ...loaders }, ['dynamodb:DescribeTable', 'dynamodb:BatchWriteItem']),
  allow('table', { direct: ['create-table'] }, ['dynamodb:CreateTable']),
  // src/load/source/remote
  allow('sources', { direct: ['s3'] }, ['s3:GetObject', 's3:HeadObject'], { actions: ['s3:GetObject'] }),
  allow('buckets of sources', { direct: ['list'] }, ['s3:ListObjectsV2'], { actions: ['s3:ListBucket'] }),
  // src/report/notify
  allow('topic', { direct: ['notify'], worker: ['notify'], function: ['notify'] }, ['sns:Publish']),
  // src/pipeline/jobs: imported files and state
  allow('imports', { ...loaders, ...upload }, ['s3:HeadObject'], { actions: ['s3:GetObject'] }),
  allow('imports', loaders, ['s3:GetObject'], { actions: ['s3:GetObject', 's3:GetObjectVersion'] }),
  allow('state', { ...loaders, ...inspect, ...upload }, ['s3:GetObject']),
  allow('state', { ...loaders, redrive: always }, ['s3:PutObject']),
  allow('rejects', loaders, ['s3:PutObject']),
  allow('open marks', loaders, ['s3:DeleteObject']),
  // Without s3:ListBucket, S3 answers 403 instead of 404 for a missing object.
  allow('bucket', { ...loaders, ...inspect, ...upload }, ['s3:ListObjectsV2'], { actions: ['s3:ListBucket'] }),
  allow('queue', loaders, ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility']),
  allow('queue', { ...loaders, redrive: always }, ['sqs:SendMessage']),
  allow('queue', { ...loaders, status: always, ...upload }, ['sqs:GetQueueAttributes']),
  // src/pipeline: the pipeline's description
  allow('description', { ...inspect, worker: ['no pipeline named'] }, ['s3:GetObject']),
  // src/pipeline/status, src/pipeline/redrive: dead letters
  allow('dead letters', inspect, ['sqs:GetQueueAttributes']),
  allow('dead letters', { redrive: always }, ['sqs:ReceiveMessage', 'sqs:DeleteMessage']),
  // src/pipeline/upload
  allow('settings', upload, ['s3:PutObject']),
  allow('imports', upload, ['s3:PutObject', 's3:AbortMultipartUpload']),
  allow('imports', upload, ['s3:CreateMultipartUpload', 's3:UploadPart', 's3:CompleteMultipartUpload'], {
    actions: ['s3:PutObject'],
  }),
  allow('rejects', wait, ['s3:GetObject']),
  allow('bucket', wait, ['s3:GetBucketNotificationConfiguration'], { actions: ['s3:GetBucketNotification'] }),
  allow('dead letters', wait, ['sqs:GetQueueAttributes']),
  // The ID of the mapping is unknown, so the policy cannot name it.
  allow('everything', wait, ['lambda:ListEventSourceMappings']),
  // Lambda writes the function's output.
  allow('log streams', { function: always }, ['logs:CreateLogStream', 'logs:PutLogEvents']),
  // src/pipeline/provision: the bucket and its configuration
  allow('bucket', manage, ['s3:GetBucketPolicy', 's3:GetBucketTagging', 's3:PutBucketTagging']),
  allow('bucket', manage, ['s3:HeadBucket'], { actions: ['s3:ListBucket'] }),
  allow('bucket', manage, ['s3:GetPublicAccessBlock'], { actions: ['s3:GetBucketPublicAccessBlock'] }),
  allow('bucket', manage, ['s3:GetBucketEncryption'], { actions: ['s3:GetEncryptionConfiguration'] }),
  allow('bucket', manage, ['s3:GetBucketLifecycleConfiguration'], { actions: ['s3:GetLifecycleConfiguration'] }),
  allow('bucket', manage, ['s3:GetBucketNotificationConfiguration'], { actions: ['s3:GetBucketNotification'] }),
  allow('bucket', manage, ['s3:PutBucketLifecycleConfiguration'], { actions: ['s3:PutLifecycleConfiguration'] }),
  allow('bucket', manage, ['s3:PutBucketNotificationConfiguration'], { actions: ['s3:PutBucketNotification'] }),
  allow('bucket', provision, ['s3:CreateBucket'], { actions: ['s3:CreateBucket', 's3:TagResource'] }),
  allow('bucket', provision, ['s3:PutPublicAccessBlock'], { actions: ['s3:PutBucketPublicAccessBlock'] }),
  allow('bucket', provision, ['s3:PutBucketEncryption'], { actions: ['s3:PutEncryptionConfiguration'] }),
  allow('bucket', provision, ['s3:PutBucketPolicy']),
  allow('bucket', destroy, ['s3:DeleteBucketTagging'], { actions: ['s3:PutBucketTagging'] }),
  allow('bucket', destroy, ['s3:DeleteBucketLifecycle'], { actions: ['s3:PutLifecycleConfiguration'] }),
  allow('description', manage, ['s3:GetObject', 's3:PutObject']),
  allow('description', destroy, ['s3:DeleteObject']),
  allow('default settings', { provision: ['default settings'] }, ['s3:GetObject', 's3:PutObject']),
  allow('default settings', destroy, ['s3:GetObject', 's3:DeleteObject']),
  allow('bucket', destroy, ['s3:ListObjectsV2'], { actions: ['s3:ListBucket'] }),
  // emptying and deleting the bucket
  allow('bucket', deleteData, ['s3:DeleteBucket']),
  allow('bucket', deleteData, ['s3:ListObjectVersions'], { actions: ['s3:ListBucketVersions'] }),
  allow('bucket', deleteData, ['s3:ListMultipartUploads'], { actions: ['s3:ListBucketMultipartUploads'] }),
  allow('all objects', deleteData, ['s3:AbortMultipartUpload']),
  allow('all objects', deleteData, ['s3:DeleteObjects'], { actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'] }),
  // both queues
  allow('both queues', manage, ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes']),
  allow('both queues', manage, ['sqs:SetQueueAttributes', 'sqs:ListQueueTags']),
  allow('both queues', provision, ['sqs:CreateQueue'], { actions: ['sqs:CreateQueue', 'sqs:TagQueue'] }),
  allow('both queues', provision, ['sqs:TagQueue']),
  allow('both queues', destroy, ['sqs:DeleteQueue', 'sqs:UntagQueue']),
  // the table
  allow('table', manage, ['dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource']),
  allow('table', provision, ['dynamodb:CreateTable'], { actions: ['dynamodb:CreateTable', 'dynamodb:TagResource'] }),
  allow('table', provision, ['dynamodb:UpdateTable', 'dynamodb:TagResource']),
  allow('table', deleteData, ['dynamodb:DeleteTable']),
  allow('table', destroy, ['dynamodb:UntagResource']),
  // the function, its log group, role and event source mapping
  allow('everything', readFunction, ['logs:DescribeLogGroups', 'lambda:ListEventSourceMappings']),
  allow('log group', readFunction, ['logs:ListTagsForResource']),
  allow('log group', createFunction, ['logs:CreateLogGroup'], { actions: ['logs:CreateLogGroup', 'logs:TagResource'] }),
  allow('log group', createFunction, ['logs:PutRetentionPolicy', 'logs:TagResource']),
  allow('log group', destroy, ['logs:DeleteLogGroup', 'logs:UntagResource']),
  allow('role', readFunction, ['iam:GetRole', 'iam:GetRolePolicy']),
  allow('role', createFunction, ['iam:CreateRole'], { actions: ['iam:CreateRole', 'iam:TagRole'] }),
  allow('role', createFunction, ['iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy', 'iam:TagRole']),
  allow('role', destroy, ['iam:DeleteRolePolicy', 'iam:DeleteRole', 'iam:UntagRole']),
  // Lambda returns tags only with lambda:ListTags.
  allow('function', readFunction, ['lambda:GetFunction'], { actions: ['lambda:GetFunction', 'lambda:ListTags'] }),
  allow('function', readFunction, ['lambda:GetFunctionRecursionConfig']),
  allow('role', createFunction, ['lambda:CreateFunction', 'lambda:UpdateFunctionConfiguration'], {
    actions: ['iam:PassRole'],
    condition: 'passed to Lambda',
  }),
  allow('function', createFunction, ['lambda:CreateFunction'], {
    actions: ['lambda:CreateFunction', 'lambda:TagResource'],
  }),
  allow('function', createFunction, ['lambda:GetFunctionConfiguration', 'lambda:UpdateFunctionConfiguration']),
  allow('function', createFunction, ['lambda:UpdateFunctionCode', 'lambda:PutFunctionRecursionConfig']),
  allow('function', createFunction, ['lambda:TagResource']),
  allow('function', destroy, ['lambda:DeleteFunction', 'lambda:UntagResource']),
  allow('everything', createFunction, ['lambda:CreateEventSourceMapping'], { condition: 'of the function' }),
  allow('mappings', createFunction, ['lambda:CreateEventSourceMapping'], { actions: ['lambda:TagResource'] }),
  allow('mappings', createFunction, ['lambda:UpdateEventSourceMapping'], { condition: 'of the function' }),
  allow('mappings', destroy, ['lambda:DeleteEventSourceMapping'], { condition: 'of the function' }),
  allow('everything', { provision: ['function', 'any number of functions'] }, ['lambda:GetAccountSettings']),
  // the topic and the alarm
  allow('own topic', { provision: ['own topic'], ...destroy }, ['sns:GetTopicAttributes', 'sns:ListTagsForResource']),
  allow('own topic', createTopic, ['sns:CreateTopic'], { actions: ['sns:CreateTopic', 'sns:TagResource'] }),
  allow('own topic', createTopic, ['sns:ListSubscriptionsByTopic', 'sns:Subscribe', 'sns:TagResource']),
  allow('own topic', destroy, ['sns:DeleteTopic', 'sns:UntagResource']),
  allow('everything', readAlarm, ['cloudwatch:DescribeAlarms']),
  allow('alarm', readAlarm, ['cloudwatch:ListTagsForResource']),
  allow('alarm', createAlarm, ['cloudwatch:PutMetricAlarm'], {
    actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:TagResource'],
  }),
  allow('alarm', createAlarm, ['cloudwatch:TagResource']),
  allow('alarm', destroy, ['cloudwatch:DeleteAlarms', 'cloudwatch:UntagResource']),
].flat();
