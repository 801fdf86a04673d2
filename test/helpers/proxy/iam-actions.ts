import type { Buffer } from 'node:buffer';

/** A request to AWS as a proxy receives it. */
export interface SentRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** The API call of a request. */
export interface SentCall {
  /** Service in the signature, with its IAM name: `cloudwatch`, not `monitoring`. */
  readonly service: string;
  /** SDK name, such as `ListObjectsV2`. */
  readonly operation: string;
  /** Required permissions, by the AWS Service Authorization Reference; none for `sts:GetCallerIdentity`. */
  readonly actions: readonly string[];
  /** Whether it changes anything. ReceiveMessage does not: the message becomes visible again. */
  readonly mutates: boolean;
}

/** @throws Error if the request is unknown or not signed. */
export function identifyCall(request: SentRequest): SentCall {
  const service = serviceOf(request);
  const operation = operationOf(service, request);
  if (operation === undefined) throw new Error(`unknown request: ${request.method} ${request.url} (${service})`);
  return {
    service,
    operation,
    actions: actionsOf(service, operation, request),
    mutates: !/^(?:Describe|Get|Head|List|Receive)/.test(operation),
  };
}

function serviceOf({ headers, method, url }: SentRequest): string {
  const [, signed] = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(String(headers['authorization'])) ?? [];
  if (signed === undefined) throw new Error(`request is not signed: ${method} ${url}`);
  return signed === 'monitoring' ? 'cloudwatch' : signed;
}

function operationOf(service: string, { method, url, headers, body }: SentRequest): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (service === 's3') return s3Operation(method, pathname, searchParams);
  if (service === 'lambda') return lambdaOperation(method, pathname);
  const target = headers['x-amz-target'];
  if (target !== undefined) return String(target).split('.').at(-1);
  return new URLSearchParams(body.toString('latin1')).get('Action') ?? undefined;
}

/** Operations by `METHOD subresource`, for a bucket and for an object. */
const bucketOperations: Readonly<Record<string, string>> = {
  'GET list-type': 'ListObjectsV2',
  'GET versions': 'ListObjectVersions',
  'GET uploads': 'ListMultipartUploads',
  'GET location': 'GetBucketLocation',
  'GET versioning': 'GetBucketVersioning',
  'PUT versioning': 'PutBucketVersioning',
  'GET notification': 'GetBucketNotificationConfiguration',
  'PUT notification': 'PutBucketNotificationConfiguration',
  'GET tagging': 'GetBucketTagging',
  'PUT tagging': 'PutBucketTagging',
  'DELETE tagging': 'DeleteBucketTagging',
  'GET policy': 'GetBucketPolicy',
  'PUT policy': 'PutBucketPolicy',
  'DELETE policy': 'DeleteBucketPolicy',
  'GET lifecycle': 'GetBucketLifecycleConfiguration',
  'PUT lifecycle': 'PutBucketLifecycleConfiguration',
  'DELETE lifecycle': 'DeleteBucketLifecycle',
  'GET publicAccessBlock': 'GetPublicAccessBlock',
  'PUT publicAccessBlock': 'PutPublicAccessBlock',
  'GET encryption': 'GetBucketEncryption',
  'PUT encryption': 'PutBucketEncryption',
  'POST delete': 'DeleteObjects',
  'HEAD ': 'HeadBucket',
  'PUT ': 'CreateBucket',
  'DELETE ': 'DeleteBucket',
};
const objectOperations: Readonly<Record<string, string>> = {
  'POST uploads': 'CreateMultipartUpload',
  'PUT uploadId': 'UploadPart',
  'POST uploadId': 'CompleteMultipartUpload',
  'DELETE uploadId': 'AbortMultipartUpload',
  'GET uploadId': 'ListParts',
  'GET ': 'GetObject',
  'HEAD ': 'HeadObject',
  'PUT ': 'PutObject',
  'DELETE ': 'DeleteObject',
};

function s3Operation(method: string, path: string, query: URLSearchParams): string | undefined {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/.exec(path) ?? [];
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : undefined;
  const operations = key === '' ? bucketOperations : objectOperations;
  const found = [...query.keys()].map((name) => operations[`${method} ${name}`]).find((one) => one !== undefined);
  return found ?? operations[`${method} `];
}

const lambdaOperations: readonly (readonly [method: string, path: RegExp, operation: string])[] = [
  ['GET', /^\/\d+-\d+-\d+\/account-settings\/?$/, 'GetAccountSettings'],
  ['POST', /\/functions\/?$/, 'CreateFunction'],
  ['GET', /\/functions\/[^/]+$/, 'GetFunction'],
  ['DELETE', /\/functions\/[^/]+$/, 'DeleteFunction'],
  ['GET', /\/functions\/[^/]+\/configuration$/, 'GetFunctionConfiguration'],
  ['PUT', /\/functions\/[^/]+\/configuration$/, 'UpdateFunctionConfiguration'],
  ['PUT', /\/functions\/[^/]+\/code$/, 'UpdateFunctionCode'],
  ['GET', /\/functions\/[^/]+\/recursion-config$/, 'GetFunctionRecursionConfig'],
  ['PUT', /\/functions\/[^/]+\/recursion-config$/, 'PutFunctionRecursionConfig'],
  ['GET', /\/event-source-mappings\/?$/, 'ListEventSourceMappings'],
  ['POST', /\/event-source-mappings\/?$/, 'CreateEventSourceMapping'],
  ['GET', /\/event-source-mappings\/[^/]+$/, 'GetEventSourceMapping'],
  ['PUT', /\/event-source-mappings\/[^/]+$/, 'UpdateEventSourceMapping'],
  ['DELETE', /\/event-source-mappings\/[^/]+$/, 'DeleteEventSourceMapping'],
  ['GET', /\/tags\/[^/]+$/, 'ListTags'],
  ['POST', /\/tags\/[^/]+$/, 'TagResource'],
  ['DELETE', /\/tags\/[^/]+$/, 'UntagResource'],
];

function lambdaOperation(method: string, path: string): string | undefined {
  return lambdaOperations.find(([its, pattern]) => its === method && pattern.test(path))?.[2];
}

/** IAM actions of calls for which they differ from the operation. */
const actionsByCall: Readonly<Record<string, readonly string[]>> = {
  'sts:GetCallerIdentity': [],
  's3:ListBuckets': ['s3:ListAllMyBuckets'],
  's3:HeadBucket': ['s3:ListBucket'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:ListObjectVersions': ['s3:ListBucketVersions'],
  's3:ListMultipartUploads': ['s3:ListBucketMultipartUploads'],
  's3:ListParts': ['s3:ListMultipartUploadParts'],
  's3:HeadObject': ['s3:GetObject'],
  's3:CreateMultipartUpload': ['s3:PutObject'],
  's3:UploadPart': ['s3:PutObject'],
  's3:CompleteMultipartUpload': ['s3:PutObject'],
  's3:GetBucketNotificationConfiguration': ['s3:GetBucketNotification'],
  's3:PutBucketNotificationConfiguration': ['s3:PutBucketNotification'],
  's3:DeleteBucketTagging': ['s3:PutBucketTagging'],
  's3:GetBucketLifecycleConfiguration': ['s3:GetLifecycleConfiguration'],
  's3:PutBucketLifecycleConfiguration': ['s3:PutLifecycleConfiguration'],
  's3:DeleteBucketLifecycle': ['s3:PutLifecycleConfiguration'],
  's3:GetPublicAccessBlock': ['s3:GetBucketPublicAccessBlock'],
  's3:PutPublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
  's3:GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3:PutBucketEncryption': ['s3:PutEncryptionConfiguration'],
  // Without the second action the response contains no tags.
  'lambda:GetFunction': ['lambda:GetFunction', 'lambda:ListTags'],
};

/** The additional action of a call that sets tags. */
const tagActions: Readonly<Record<string, string>> = {
  's3:CreateBucket': 's3:TagResource',
  'sqs:CreateQueue': 'sqs:TagQueue',
  'dynamodb:CreateTable': 'dynamodb:TagResource',
  'iam:CreateRole': 'iam:TagRole',
  'logs:CreateLogGroup': 'logs:TagResource',
  'lambda:CreateFunction': 'lambda:TagResource',
  'lambda:CreateEventSourceMapping': 'lambda:TagResource',
  'sns:CreateTopic': 'sns:TagResource',
  'cloudwatch:PutMetricAlarm': 'cloudwatch:TagResource',
};

/** Matches tags in JSON, XML or a form. */
const setsTags = /"tags":\s*\{\s*"|"tags":\s*\[\s*\{|<Tags?>\s*<|(?:^|&)Tags\.member\.1\./i;

/** Actions of calls with a version ID. */
const versionActions: Readonly<Record<string, string>> = {
  'GET s3:GetObject': 's3:GetObjectVersion',
  'HEAD s3:GetObject': 's3:GetObjectVersion',
  'DELETE s3:DeleteObject': 's3:DeleteObjectVersion',
};

function actionsOf(service: string, operation: string, { method, url, body }: SentRequest): readonly string[] {
  const call = `${service}:${operation}`;
  const named = actionsByCall[call] ?? [call];
  const text = body.toString('latin1');
  if (call === 's3:DeleteObjects') {
    const version = text.includes('<VersionId>');
    return [version ? 's3:DeleteObjectVersion' : 's3:DeleteObject'];
  }
  if (service === 's3' && new URL(url, 'http://localhost').searchParams.has('versionId')) {
    return named.map((action) => versionActions[`${method} ${action}`] ?? action);
  }
  const more = tagActions[call];
  const passesRole = service === 'lambda' && /^(?:Create|Update)Function/.test(operation) && text.includes('"Role":');
  return [
    ...named,
    ...(more !== undefined && setsTags.test(text) ? [more] : []),
    ...(passesRole ? ['iam:PassRole'] : []),
  ];
}
