import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  UpdateEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetPublicAccessBlockCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { describe, expect } from 'vitest';
import type { Removal } from '../../src/pipeline/provision/destroy-plan.ts';
import type { PlanStep } from '../../src/pipeline/provision/plan.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { makeQueue } from '../helpers/pipeline/queues.ts';
import { inventory, emptyInventory } from '../helpers/pipeline/inventory.ts';
import { csv2ddb } from '../helpers/run/csv2ddb.ts';
import { lastJson } from '../helpers/run/run.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';

const account = '123456789012';

interface Result {
  readonly bucket: string;
  readonly queueUrl: string;
  readonly plan: readonly PlanStep[];
}

function provisionArgs(name: string, ...more: string[]): string[] {
  return ['provision', '--name', name, '--table', `${name}-table`, '--partition-key', 'id', ...more];
}

async function runProvision(ministack: Ministack, name: string, ...more: string[]): Promise<Result> {
  const ran = await csv2ddb(ministack, [...provisionArgs(name, ...more), '--json']);
  expect(ran, ran.stderr).toMatchObject({ status: 0 });
  return lastJson(ran) as Result;
}

async function runDestroy(ministack: Ministack, name: string, ...more: string[]): Promise<readonly Removal[]> {
  const ran = await csv2ddb(ministack, ['destroy', '--name', name, '--yes', '--json', ...more]);
  expect(ran, ran.stderr).toMatchObject({ status: 0 });
  return (lastJson(ran) as { removals: Removal[] }).removals;
}

/** Summarizes the steps of a plan that change something. */
function changedIn(plan: readonly PlanStep[]): Record<string, string | string[]> {
  const steps = plan.filter((step) => step.do !== 'keep');
  return Object.fromEntries(
    steps.map(({ kind, do: action, changes }) => [
      kind,
      changes.length === 0 ? action : [action, ...changes.map(({ property }) => property)],
    ]),
  );
}

async function waitUntilLoaded({ dynamodb }: Ministack, table: string, items: number): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if ((await scanAll(dynamodb, table)).length === items) return;
    await sleep(200);
  }
  throw new Error(`timed out waiting for ${items} items in table ${table}`);
}

describe('provision', () => {
  const { test } = withMinistack();

  test(
    'creates a working pipeline, a second run changes nothing, and destroy removes everything',
    120_000,
    async (ministack) => {
      const dry = await csv2ddb(ministack, provisionArgs('whole', '--email', 'jo@example.com', '--dry-run'));
      expect(dry.status).toBe(0);
      expect(dry.stdout).toContain('12 resources: 12 to create.');
      expect(await inventory(ministack, 'whole')).toEqual(emptyInventory);

      const { bucket } = await runProvision(ministack, 'whole', '--email', 'jo@example.com');
      expect(bucket).toBe(`csv2ddb-whole-${account}-us-east-1-an`);
      expect(await inventory(ministack, 'whole')).toEqual({
        buckets: [bucket],
        queues: ['csv2ddb-whole', 'csv2ddb-whole-dead-letters'],
        topics: ['csv2ddb-whole'],
        tables: ['whole-table'],
        roles: ['csv2ddb-whole-us-east-1'],
        functions: ['csv2ddb-whole'],
        mappings: ['csv2ddb-whole'],
        'log groups': ['/aws/lambda/csv2ddb-whole'],
        alarms: ['csv2ddb-whole-dead-letters'],
      });
      await ministack.s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: 'import/people.csv', Body: 'id,name\n1,a\n2,b\n' }),
      );
      await waitUntilLoaded(ministack, 'whole-table', 2);

      const again = await runProvision(ministack, 'whole', '--email', 'jo@example.com');
      expect(changedIn(again.plan)).toEqual({});
      // The topic of an earlier run is kept without --email.
      expect(changedIn((await runProvision(ministack, 'whole')).plan)).toEqual({});

      const kept = (await runDestroy(ministack, 'whole')).filter((one) => one.do === 'keep');
      expect(kept.map(({ kind }) => kind)).toEqual(['table', 'description', 'bucket']);
      expect(await inventory(ministack, 'whole')).toEqual({
        ...emptyInventory,
        buckets: [bucket],
        tables: ['whole-table'],
      });
      expect((await scanAll(ministack.dynamodb, 'whole-table')).length).toBe(2);

      await runDestroy(ministack, 'whole', '--delete-data');
      expect(await inventory(ministack, 'whole')).toEqual(emptyInventory);
      const nothing = await csv2ddb(ministack, ['destroy', '--name', 'whole', '--yes']);
      expect(nothing).toMatchObject({ status: 0, stdout: 'Pipeline csv2ddb-whole does not exist.\n' });
    },
  );

  test('creates a private bucket, and restricts access to S3 and TLS', 60_000, async (ministack) => {
    const { s3, sqs } = ministack;
    const { bucket, queueUrl } = await runProvision(ministack, 'private', '--no-function');
    const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
    expect(new Set(Object.values(block.PublicAccessBlockConfiguration ?? {}))).toEqual(new Set([true]));
    const { Policy: policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    expect(JSON.parse(policy)).toMatchObject({
      Statement: [
        { Effect: 'Deny', Principal: '*', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ],
    });
    const { Attributes: attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
    );
    expect(attributes).toMatchObject({
      VisibilityTimeout: '1800',
      SqsManagedSseEnabled: 'true',
      MessageRetentionPeriod: '345600',
    });
    expect(JSON.parse(attributes.Policy ?? '')).toMatchObject({
      Statement: [
        { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        {
          Effect: 'Allow',
          Principal: { Service: 's3.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Condition: {
            ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${bucket}` },
            StringEquals: { 'aws:SourceAccount': account },
          },
        },
      ],
    });
    expect(JSON.parse(attributes.RedrivePolicy ?? '')).toMatchObject({ maxReceiveCount: 5 });
    // State expires long after its last use. Settings never expire.
    const { Rules: rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
    const expiring = rules.filter(({ Expiration }) => Expiration !== undefined);
    for (const { Expiration } of expiring) expect(Expiration?.Days).toBeGreaterThanOrEqual(28);
    expect(expiring.map(({ Filter }) => Filter?.Prefix).sort()).toEqual([
      'rejects/',
      'state/heads/',
      'state/jobs/',
      'state/open/',
    ]);
    expect(rules.find(({ AbortIncompleteMultipartUpload: abort }) => abort !== undefined)?.Filter?.Prefix).toBe(
      'import/',
    );
    await runDestroy(ministack, 'private', '--delete-data');
  });

  test('changes only the resources that have drifted', 90_000, async (ministack) => {
    const { s3, sqs, iam, lambda } = ministack;
    const { bucket, queueUrl } = await runProvision(ministack, 'drift');
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { VisibilityTimeout: '30' } }));
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'csv2ddb-drift-us-east-1',
        PolicyName: 'csv2ddb',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Sid: 'Less', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
        }),
      }),
    );
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration: {} }));
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'csv2ddb-drift', MemorySize: 128 }));
    const { EventSourceMappings: [mapping] = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: 'csv2ddb-drift' }),
    );
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID: mapping?.UUID, BatchSize: 10 }));

    const { plan } = await runProvision(ministack, 'drift');
    expect(changedIn(plan)).toEqual({
      queue: ['change', 'visibility timeout seconds'],
      notification: 'create',
      role: ['change', 'policy'],
      function: ['change', 'memory MB'],
      'event source mapping': ['change', 'batch size'],
    });
    expect(changedIn((await runProvision(ministack, 'drift')).plan)).toEqual({});
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'import/people.csv', Body: 'id,name\n1,a\n' }));
    await waitUntilLoaded(ministack, 'drift-table', 1);
    await runDestroy(ministack, 'drift', '--delete-data');
    expect(await inventory(ministack, 'drift')).toEqual(emptyInventory);
  });

  test(
    'adopts existing resources, keeps their other settings, and destroy restores them',
    90_000,
    async (ministack) => {
      const { s3, sqs, dynamodb } = ministack;
      const bucket = 'adopted-bucket';
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      const otherQueue = await makeQueue(sqs, 'adopt-other');
      const notification = { Id: 'other', QueueArn: otherQueue.arn, Events: ['s3:ObjectRemoved:*' as const] };
      await s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: bucket,
          NotificationConfiguration: { QueueConfigurations: [notification] },
        }),
      );
      const rule = { ID: 'other', Status: 'Enabled' as const, Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } };
      await s3.send(
        new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: [rule] } }),
      );
      const policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'Other',
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:DeleteBucket',
            Resource: `arn:aws:s3:::${bucket}`,
          },
        ],
      });
      await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
      await s3.send(
        new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet: [{ Key: 'team', Value: 'a' }] } }),
      );
      const table = await createTable(dynamodb, { name: 'adopt-table', partitionKey: ['id', 'N'] });
      await sqs.send(new CreateQueueCommand({ QueueName: 'csv2ddb-adopt', Attributes: { VisibilityTimeout: '60' } }));

      const { plan } = await runProvision(ministack, 'adopt', '--bucket', bucket, '--no-function');
      expect(changedIn(plan)).toMatchObject({
        bucket: ['adopt', 'lifecycle'],
        table: 'adopt',
        notification: 'create',
        'dead-letter queue': 'create',
      });
      expect(plan.find(({ kind }) => kind === 'queue')?.do).toBe('adopt');
      const { QueueConfigurations: configurations = [] } = await s3.send(
        new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
      );
      expect(configurations.map(({ Id }) => Id).sort()).toEqual(['csv2ddb-adopt', 'other']);
      expect((await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }))).Policy).toBe(policy);
      expect(changedIn((await runProvision(ministack, 'adopt', '--bucket', bucket, '--no-function')).plan)).toEqual({});

      await runDestroy(ministack, 'adopt', '--bucket', bucket, '--delete-data');
      const after = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket }));
      expect(after.QueueConfigurations).toEqual([notification]);
      expect((await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))).Rules).toEqual([rule]);
      expect((await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }))).Policy).toBe(policy);
      expect((await s3.send(new GetBucketTaggingCommand({ Bucket: bucket }))).TagSet).toEqual([
        { Key: 'team', Value: 'a' },
      ]);
      expect(await inventory(ministack, 'adopt')).toEqual({
        ...emptyInventory,
        buckets: [bucket],
        queues: ['adopt-other', 'csv2ddb-adopt'],
        tables: [table],
      });
    },
  );

  test('rejects a table with different keys before it creates any resource', 30_000, async (ministack) => {
    await createTable(ministack.dynamodb, { name: 'refused-table', partitionKey: ['other', 'S'] });
    const ran = await csv2ddb(ministack, provisionArgs('refused'));
    expect(ran.status).toBe(3);
    expect(ran.stderr).toContain('TABLE_MISMATCH');
    expect(await inventory(ministack, 'csv2ddb-refused')).toEqual(emptyInventory);
  });

  test('rejects the bucket of a different pipeline', 60_000, async (ministack) => {
    const { bucket } = await runProvision(ministack, 'first', '--no-function');
    const ran = await csv2ddb(ministack, provisionArgs('second', '--bucket', bucket));
    expect(ran.status).toBe(3);
    expect(ran.stderr).toContain(`bucket ${bucket} belongs to pipeline first`);
    expect(await inventory(ministack, 'csv2ddb-second')).toEqual(emptyInventory);
    await runDestroy(ministack, 'first', '--delete-data');
  });

  test('creates a provisioned table with a sort key, and changes its capacity later', 60_000, async (ministack) => {
    const units = async () => {
      const { Table: table } = await ministack.dynamodb.send(new DescribeTableCommand({ TableName: 'units-table' }));
      return [
        table?.ProvisionedThroughput?.WriteCapacityUnits,
        table?.ProvisionedThroughput?.ReadCapacityUnits,
        table?.KeySchema?.length,
      ];
    };
    const args = ['--no-function', '--sort-key', 'n', '--types', 'n:N', '--write-units'];
    await runProvision(ministack, 'units', ...args, '25');
    expect(await units()).toEqual([25, 1, 2]);
    expect(changedIn((await runProvision(ministack, 'units', ...args, '50', '--read-units', '5')).plan)).toEqual({
      table: ['change', 'capacity'],
    });
    expect(await units()).toEqual([50, 5, 2]);
    await runDestroy(ministack, 'units', '--delete-data');
  });

  test('recreates the pipeline after destroy, with the bucket that was kept', 60_000, async (ministack) => {
    await runProvision(ministack, 'again', '--no-function');
    await runDestroy(ministack, 'again');
    const refused = await csv2ddb(ministack, ['status', '--name', 'again']);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain('no longer has a pipeline');
    const { plan } = await runProvision(ministack, 'again', '--no-function');
    expect(changedIn(plan)).toEqual({
      description: ['change', 'text'],
      'dead-letter queue': 'create',
      queue: 'create',
      notification: 'create',
    });
    await runDestroy(ministack, 'again', '--delete-data');
    expect(await inventory(ministack, 'again')).toEqual(emptyInventory);
  });

  test('destroy empties a bucket with versions, delete markers and incomplete uploads', 60_000, async (ministack) => {
    const { s3 } = ministack;
    const { bucket: Bucket } = await runProvision(ministack, 'versions', '--no-function');
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    for (const Body of ['id\n1\n', 'id\n2\n'])
      await s3.send(new PutObjectCommand({ Bucket, Key: 'import/a.csv', Body }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'import/a.csv' }));
    await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'import/b.csv' }));
    await runDestroy(ministack, 'versions', '--delete-data');
    expect(await inventory(ministack, 'versions')).toEqual(emptyInventory);
  });

  test('destroy requires --yes without a terminal', 30_000, async (ministack) => {
    const ran = await csv2ddb(ministack, ['destroy', '--name', 'unattended']);
    expect(ran.status).toBe(64);
    expect(ran.stderr).toContain('Add --yes to destroy the pipeline without confirmation.');
  });
});
