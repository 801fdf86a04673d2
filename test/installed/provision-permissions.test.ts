import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect } from 'vitest';
import type { Policy } from '../../src/pipeline/permissions/policy.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { listActions, createUserWithPolicy, removeAction } from '../helpers/emulators/policy-user.ts';
import { inventory, emptyInventory } from '../helpers/pipeline/inventory.ts';
import { csv2ddb } from '../helpers/run/csv2ddb.ts';
import { lastJson } from '../helpers/run/run.ts';
import { type RecordingProxy, startRecordingProxy } from '../helpers/proxy/recording-proxy.ts';
import type { RunResult } from '../helpers/run/run.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';

/** A ministack that enforces policies, behind a proxy that records requests. */
interface Setup {
  readonly ministack: Ministack;
  readonly proxy: RecordingProxy;
}

let sharedProxy: Promise<RecordingProxy> | undefined;

async function setUp(ministack: Ministack): Promise<Setup> {
  const proxy = await (sharedProxy ??= startRecordingProxy(ministack.endpoint));
  proxy.forget();
  return { ministack, proxy };
}

afterAll(async () => {
  await (await sharedProxy)?.stop();
});

/** Runs csv2ddb as a user with this policy. */
async function runAs({ ministack, proxy }: Setup, policy: Policy, args: readonly string[]): Promise<RunResult> {
  const credentials = await createUserWithPolicy(ministack, policy);
  return csv2ddb({ ...ministack, endpoint: proxy.endpoint, credentials }, args);
}

/** Expects a command without one action of its policy to fail and to name the action. @returns its stdout */
async function expectDenied(setup: Setup, action: string, policy: Policy, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runAs(setup, removeAction(action, policy), args);
  expect(status).toBe(3);
  expect(stderr).toContain('ACCESS_DENIED');
  expect(stderr).toContain(action);
  return stdout;
}

/** Returns the policy that a command prints. */
async function printPolicy({ ministack }: Setup, args: readonly string[]): Promise<Policy> {
  const ran = await csv2ddb(ministack, [...args, '--print-policy']);
  expect(ran.status, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout) as Policy;
}

const provisionArgs = (name: string): string[] => [
  ...['provision', '--name', name, '--table', `${name}-table`, '--partition-key', 'id'],
  ...['--email', 'jo@example.com', '--delimiter', ';'],
];
const destroyArgs = (name: string): string[] => ['destroy', '--name', name, '--yes', '--delete-data'];

/** Changes a property of each resource that can drift. */
async function drift({ sqs, lambda, iam, dynamodb, endpoint, account }: Ministack): Promise<void> {
  const name = 'csv2ddb-least';
  const queue = `${endpoint}/${account}/${name}`;
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { VisibilityTimeout: '30' } }));
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, MemorySize: 256 }));
  await lambda.send(
    new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: zipSync({ 'index.mjs': strToU8('') }) }),
  );
  const { EventSourceMappings: [mapping] = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: name }),
  );
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID: mapping?.UUID, BatchSize: 10 }));
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  await iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: `${name}-us-east-1`, PolicyDocument: JSON.stringify(trust) }),
  );
  await dynamodb.send(
    new UpdateTableCommand({
      TableName: 'least-table',
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
    }),
  );
}

/** Creates all resources of a pipeline without csv2ddb. @returns their inventory */
async function createManually(ministack: Ministack, name: string): Promise<Record<string, string[]>> {
  const { s3, sqs, sns, iam, lambda, logs, dynamodb, endpoint, region, credentials, account } = ministack;
  const base = `csv2ddb-${name}`;
  await s3.send(new CreateBucketCommand({ Bucket: `${name}-over` }));
  await createTable(dynamodb, { name: `${name}-table`, partitionKey: ['id', 'S'] });
  for (const QueueName of [base, `${base}-dead-letters`]) await sqs.send(new CreateQueueCommand({ QueueName }));
  await sns.send(new CreateTopicCommand({ Name: base }));
  await logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/lambda/${base}` }));
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }] };
  const RoleName = `${base}-us-east-1`;
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: base,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::${account}:role/${RoleName}`,
      Code: { ZipFile: zipSync({ 'index.mjs': strToU8('') }) },
    }),
  );
  const cloudwatch = new CloudWatchClient({ endpoint, region, credentials });
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: `${base}-dead-letters`,
      Namespace: 'AWS/SQS',
      MetricName: 'NumberOfMessagesSent',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  cloudwatch.destroy();
  return inventory(ministack, name);
}

describe('with enforced policies', () => {
  const { test } = withMinistack({ auth: true });

  test('provision and destroy use exactly the actions of the policies that they print', 180_000, async (ministack) => {
    const setup = await setUp(ministack);
    const used = { provision: new Set<string>(), destroy: new Set<string>() };
    const run = async (args: readonly string[], policy?: Policy): Promise<RunResult> => {
      const allowed = policy ?? (await printPolicy(setup, args));
      setup.proxy.forget();
      const ran = await runAs(setup, allowed, args);
      expect(ran.status, ran.stderr).toBe(0);
      const command = args[0] === 'provision' ? 'provision' : 'destroy';
      for (const action of setup.proxy.actions()) {
        if (action === 'sts:GetCallerIdentity') continue;
        expect(listActions(allowed)).toContain(action);
        used[command].add(action);
      }
      return ran;
    };
    const bucket = 'csv2ddb-least-123456789012-us-east-1-an';

    // Create the pipeline, change nothing, then repair drift.
    await run(provisionArgs('least'));
    await run(provisionArgs('least'));
    await ministack.s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    await ministack.s3.send(new DeleteBucketLifecycleCommand({ Bucket: bucket }));
    await drift(ministack);
    await run(provisionArgs('least'));
    // The function can load with its role.
    await ministack.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'import/a.csv', Body: 'id;name\n1;a\n' }));
    for (let tries = 0; (await scanAll(ministack.dynamodb, 'least-table')).length < 1; tries++) {
      if (tries === 100) throw new Error(`timed out waiting for an item\n${ministack.log().slice(-3000)}`);
      await sleep(200);
    }
    await ministack.s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'import/b.csv' }));
    // Keep the data first, then delete it.
    const all = await printPolicy(setup, destroyArgs('least'));
    await run(
      destroyArgs('least').filter((word) => word !== '--delete-data'),
      all,
    );
    await run(destroyArgs('least'));
    expect(await inventory(ministack, 'least')).toEqual(emptyInventory);

    // Adopt existing resources, and release them.
    const existing = await createManually(ministack, 'taken');
    const { stderr } = await run([...provisionArgs('taken'), '--bucket', 'taken-over']);
    for (const kind of ['topic', 'bucket', 'queue', 'table', 'log group', 'role', 'function', 'alarm']) {
      expect(stderr).toContain(`adopted ${kind} `);
    }
    await run([...destroyArgs('taken'), '--bucket', 'taken-over']);
    expect(await inventory(ministack, 'taken')).toEqual(existing);

    for (const [command, args] of [
      ['provision', provisionArgs('least')],
      ['destroy', destroyArgs('least')],
    ] as const) {
      const allowed = listActions(await printPolicy(setup, args));
      expect([...used[command]].sort(), command).toEqual(allowed);
    }
  });

  for (const action of [
    's3:CreateBucket',
    'sqs:CreateQueue',
    'dynamodb:CreateTable',
    'iam:PutRolePolicy',
    'lambda:CreateFunction',
    's3:PutBucketNotification',
    'cloudwatch:PutMetricAlarm',
  ]) {
    test(`provision without ${action} fails, and continues once it is allowed`, 90_000, async (ministack) => {
      const setup = await setUp(ministack);
      const name = `no-${action.split(':')[1]?.toLowerCase().slice(0, 14) ?? ''}`.replace(/-$/, '');
      const policy = await printPolicy(setup, provisionArgs(name));
      const stdout = await expectDenied(setup, action, policy, provisionArgs(name));
      expect(stdout).toBe('');
      const again = await runAs(setup, policy, [...provisionArgs(name), '--json']);
      expect(again.status, again.stderr).toBe(0);
      expect(lastJson(again)).toMatchObject({ exitStatus: 0 });
      const down = await runAs(setup, await printPolicy(setup, destroyArgs(name)), destroyArgs(name));
      expect(down.status, down.stderr).toBe(0);
      expect(await inventory(setup.ministack, `${name}-`)).toEqual(emptyInventory);
    });
  }

  for (const action of [
    's3:DeleteBucket',
    'dynamodb:DeleteTable',
    'iam:DeleteRole',
    'sqs:DeleteQueue',
    's3:DeleteObject',
  ]) {
    test(`destroy without ${action} fails, and continues once it is allowed`, 90_000, async (ministack) => {
      const setup = await setUp(ministack);
      const name = `not-${action.split(':')[1]?.toLowerCase() ?? ''}`;
      const made = await csv2ddb(setup.ministack, provisionArgs(name));
      expect(made.status, made.stderr).toBe(0);
      const policy = await printPolicy(setup, destroyArgs(name));
      await expectDenied(setup, action, policy, destroyArgs(name));
      const down = await runAs(setup, policy, destroyArgs(name));
      expect(down.status, down.stderr).toBe(0);
      expect(await inventory(setup.ministack, `${name}-`)).toEqual(emptyInventory);
    });
  }
});
