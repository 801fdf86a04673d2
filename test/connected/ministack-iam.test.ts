import { Buffer } from 'node:buffer';
import { CreateTableCommand, ListTagsOfResourceCommand } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetAccountSettingsCommand,
  PutFunctionRecursionConfigCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, PutBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ListTagsForResourceCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect } from 'vitest';
import type { Statement } from '../../src/pipeline/permissions/policy.ts';
import { type AwsClients, awsClients, destroyClients } from '../helpers/emulators/aws-clients.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { addFunction, makePipeline, type Pipeline, type PipelineFunction } from '../helpers/pipeline/pipeline.ts';
import { listActions, createUserWithPolicy, removeAction } from '../helpers/emulators/policy-user.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const arn = (service: string, rest: string): string => `arn:aws:${service}:us-east-1:123456789012:${rest}`;
const allow = (Action: readonly string[], Resource: string, Condition?: Statement['Condition']): Statement => ({
  Sid: `A${Action.join('').replace(/\W/g, '')}`,
  Effect: 'Allow',
  Action,
  Resource: [Resource],
  ...(Condition !== undefined && { Condition }),
});

interface Setup {
  readonly pipeline: Pipeline;
  readonly loader: PipelineFunction;
}

type ApiCall = (clients: AwsClients, setup: Setup, name: string) => Promise<unknown>;

const zip = Buffer.from(zipSync({ 'index.mjs': strToU8('export const handler = () => undefined;') }));
const tags = [{ Key: 'a', Value: 'b' }];
const mappingCondition = ({ loader }: Setup) => ({ ArnEquals: { 'lambda:FunctionArn': [loader.arn] } });
const code = { Runtime: 'nodejs22.x', Handler: 'index.handler' } as const;

/** API calls, each with the minimum permissions that AWS requires. */
const cases: readonly (readonly [
  title: string,
  call: ApiCall,
  allowed: (setup: Setup, name: string) => Statement[],
])[] = [
  [
    'CreateBucket with tags',
    ({ s3 }, _, name) => s3.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: { Tags: tags } })),
    (_, name) => [allow(['s3:CreateBucket', 's3:TagResource'], `arn:aws:s3:::${name}`)],
  ],
  [
    'CreateQueue with tags',
    ({ sqs }, _, name) => sqs.send(new CreateQueueCommand({ QueueName: name, tags: { a: 'b' } })),
    (_, name) => [allow(['sqs:CreateQueue', 'sqs:TagQueue'], arn('sqs', name))],
  ],
  [
    'CreateTable with tags',
    ({ dynamodb }, _, name) =>
      dynamodb.send(
        new CreateTableCommand({
          TableName: name,
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
          Tags: tags,
        }),
      ),
    (_, name) => [allow(['dynamodb:CreateTable', 'dynamodb:TagResource'], arn('dynamodb', `table/${name}`))],
  ],
  [
    'CreateRole with tags',
    ({ iam }, _, name) =>
      iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust, Tags: tags })),
    (_, name) => [allow(['iam:CreateRole', 'iam:TagRole'], `arn:aws:iam::123456789012:role/${name}`)],
  ],
  [
    'CreateFunction, which passes a role',
    ({ lambda }, { loader }, name) =>
      lambda.send(
        new CreateFunctionCommand({
          ...code,
          FunctionName: name,
          Role: loader.role.arn,
          Code: { ZipFile: zip },
          Tags: { a: 'b' },
        }),
      ),
    ({ loader }, name) => [
      allow(['lambda:CreateFunction', 'lambda:TagResource'], arn('lambda', `function:${name}`)),
      allow(['iam:PassRole'], loader.role.arn, { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } }),
    ],
  ],
  [
    'PutFunctionRecursionConfig',
    ({ lambda }, { loader }) =>
      lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName: loader.name, RecursiveLoop: 'Allow' })),
    ({ loader }) => [allow(['lambda:PutFunctionRecursionConfig'], loader.arn)],
  ],
  [
    'CreateEventSourceMapping for one function',
    ({ lambda }, { loader, pipeline }) =>
      lambda.send(
        new CreateEventSourceMappingCommand({
          FunctionName: loader.name,
          EventSourceArn: pipeline.deadLetters.arn,
          Enabled: false,
        }),
      ),
    (setup) => [allow(['lambda:CreateEventSourceMapping'], '*', mappingCondition(setup))],
  ],
  [
    'UpdateEventSourceMapping for one function',
    ({ lambda }, { loader }) =>
      lambda.send(new UpdateEventSourceMappingCommand({ UUID: loader.mapping, BatchSize: 2 })),
    (setup) => [
      allow(['lambda:UpdateEventSourceMapping'], arn('lambda', 'event-source-mapping:*'), mappingCondition(setup)),
    ],
  ],
  [
    'GetAccountSettings',
    ({ lambda }) => lambda.send(new GetAccountSettingsCommand({})),
    () => [allow(['lambda:GetAccountSettings'], '*')],
  ],
  [
    'ListTagsOfResource for a table',
    ({ dynamodb }, { pipeline }) =>
      dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: arn('dynamodb', `table/${pipeline.table}`) })),
    ({ pipeline }) => [allow(['dynamodb:ListTagsOfResource'], arn('dynamodb', `table/${pipeline.table}`))],
  ],
  [
    'ListTagsForResource for a topic',
    ({ sns }, { pipeline: { topic } }) => sns.send(new ListTagsForResourceCommand({ ResourceArn: topic?.arn })),
    ({ pipeline: { topic } }) => [allow(['sns:ListTagsForResource'], topic?.arn ?? '')],
  ],
];

describe('ministack that enforces policies', () => {
  const { test } = withMinistack({ auth: true });

  async function runAs<T>(
    ministack: Ministack,
    statements: readonly Statement[],
    act: (clients: AwsClients) => Promise<T>,
  ) {
    const user = await createUserWithPolicy(ministack, { Version: '2012-10-17', Statement: statements });
    const clients = awsClients(ministack.endpoint, user);
    return act(clients).finally(() => {
      destroyClients(clients);
    });
  }

  test('requires the same permissions as AWS, and names the missing action', 60_000, async (ministack) => {
    const pipeline = await makePipeline(ministack, { topic: true });
    const setup = { pipeline, loader: await addFunction(pipeline, { zip, env: {}, timeoutS: 3 }) };
    for (const [index, [title, call, allowed]] of cases.entries()) {
      const statements = allowed(setup, `allowed-${index}`);
      const policy = { Version: '2012-10-17' as const, Statement: statements };
      const callWith = (allowedNow: readonly Statement[]) =>
        runAs(ministack, allowedNow, (clients) => call(clients, setup, `allowed-${index}`));
      for (const action of listActions(policy)) {
        const reduced = [...removeAction(action, policy).Statement, allow(['s3:ListAllMyBuckets'], '*')];
        await expect(callWith(reduced), `${title} without ${action}`).rejects.toThrow(
          `not authorized to perform: ${action}`,
        );
      }
      await expect(callWith(statements), title).resolves.toBeDefined();
    }
  });

  test('refuses to update the mapping of a different function', 60_000, async (ministack) => {
    const pipeline = await makePipeline(ministack);
    const loader = await addFunction(pipeline, { zip, env: {}, timeoutS: 3 });
    const another = { ArnEquals: { 'lambda:FunctionArn': [`${loader.arn}-2`] } };
    const change = new UpdateEventSourceMappingCommand({ UUID: loader.mapping, BatchSize: 2 });
    const statements = [allow(['lambda:UpdateEventSourceMapping'], '*', another)];
    await expect(runAs(ministack, statements, ({ lambda }) => lambda.send(change))).rejects.toThrow('not authorized');
  });

  test('reports a missing object only to callers that may list the bucket', 60_000, async (ministack) => {
    const { bucket } = await makePipeline(ministack);
    const get = ({ s3 }: AwsClients) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'absent' }));
    const read = allow(['s3:GetObject'], `arn:aws:s3:::${bucket}/*`);
    await expect(runAs(ministack, [read], get)).rejects.toThrow('not authorized to perform: s3:ListBucket');
    const list = allow(['s3:ListBucket'], `arn:aws:s3:::${bucket}`);
    await expect(runAs(ministack, [read, list], get)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('ignores a bucket policy that requires TLS', 60_000, async (ministack) => {
    const { bucket } = await makePipeline(ministack);
    const Resource = `arn:aws:s3:::${bucket}/*`;
    const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    const Statement = [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource, Condition }];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await ministack.s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    const put = new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: 'x' });
    await runAs(ministack, [allow(['s3:PutObject'], Resource)], ({ s3 }) => s3.send(put));
  });
});
