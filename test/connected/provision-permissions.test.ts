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
import { actionsOf, userWith, without } from '../helpers/emulators/policy-user.ts';
import { inventory, nothingThere } from '../helpers/pipeline/inventory.ts';
import { csv2ddb } from '../helpers/run/csv2ddb.ts';
import { lastJson } from '../helpers/run/run.ts';
import { type RecordingProxy, startRecordingProxy } from '../helpers/proxy/recording-proxy.ts';
import type { RunResult } from '../helpers/run/run.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';

/** A ministack that enforces policies, and what stands in front of it. */
interface Place {
  readonly ministack: Ministack;
  readonly seen: RecordingProxy;
}

let proxy: Promise<RecordingProxy> | undefined;

async function placeIn(ministack: Ministack): Promise<Place> {
  const seen = await (proxy ??= startRecordingProxy(ministack.endpoint));
  seen.forget();
  return { ministack, seen };
}

afterAll(async () => {
  await (await proxy)?.stop();
});

/** Runs csv2ddb as somebody who may do what the policy says. */
async function runAs({ ministack, seen }: Place, policy: Policy, args: readonly string[]): Promise<RunResult> {
  const credentials = await userWith(ministack, policy);
  return csv2ddb({ ...ministack, endpoint: seen.endpoint, credentials }, args);
}

/** Expects a command to fail without one action of its policy, and to name the action. @returns its stdout */
async function expectDenied(place: Place, action: string, policy: Policy, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runAs(place, without(action, policy), args);
  expect(status).toBe(3);
  expect(stderr).toContain('ACCESS_DENIED');
  expect(stderr).toContain(action);
  return stdout;
}

/** The policy that a command prints. */
async function printed({ ministack }: Place, args: readonly string[]): Promise<Policy> {
  const ran = await csv2ddb(ministack, [...args, '--print-policy']);
  expect(ran.status, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout) as Policy;
}

const make = (name: string): string[] => [
  ...['provision', '--name', name, '--table', `${name}-table`, '--partition-key', 'id'],
  ...['--email', 'jo@example.com', '--delimiter', ';'],
];
const takeDown = (name: string): string[] => ['destroy', '--name', name, '--yes', '--delete-data'];

/** Changes something of each part that can be changed. */
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

/** All that a pipeline has, as somebody may have made it before. @returns what is there */
async function makeByHand(ministack: Ministack, name: string): Promise<Record<string, string[]>> {
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
      ...{ FunctionName: base, Runtime: 'nodejs22.x', Handler: 'index.handler' },
      Role: `arn:aws:iam::${account}:role/${RoleName}`,
      Code: { ZipFile: zipSync({ 'index.mjs': strToU8('') }) },
    }),
  );
  const cloudwatch = new CloudWatchClient({ endpoint, region, credentials });
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      ...{ AlarmName: `${base}-dead-letters`, Namespace: 'AWS/SQS', MetricName: 'NumberOfMessagesSent' },
      ...{ Statistic: 'Sum', Period: 60, EvaluationPeriods: 1, Threshold: 1 },
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  cloudwatch.destroy();
  return inventory(ministack, name);
}

describe('where policies are enforced', () => {
  const { test } = withMinistack({ auth: true });

  test(
    'provision makes, keeps, mends and adopts, destroy takes down and releases: what is used is what is printed',
    180_000,
    async (ministack) => {
      const here = await placeIn(ministack);
      const used = { provision: new Set<string>(), destroy: new Set<string>() };
      const run = async (args: readonly string[], policy?: Policy): Promise<RunResult> => {
        const allowed = policy ?? (await printed(here, args));
        here.seen.forget();
        const ran = await runAs(here, allowed, args);
        expect(ran.status, ran.stderr).toBe(0);
        const command = args[0] === 'provision' ? 'provision' : 'destroy';
        for (const action of here.seen.actions()) {
          if (action === 'sts:GetCallerIdentity') continue;
          expect(actionsOf(allowed)).toContain(action);
          used[command].add(action);
        }
        return ran;
      };
      const bucket = 'csv2ddb-least-123456789012-us-east-1-an';

      // Fresh, again, drifted.
      await run(make('least'));
      await run(make('least'));
      await ministack.s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
      await ministack.s3.send(new DeleteBucketLifecycleCommand({ Bucket: bucket }));
      await drift(ministack);
      await run(make('least'));
      // The function works under the role that it was given.
      await ministack.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'import/a.csv', Body: 'id;name\n1;a\n' }));
      for (let tries = 0; (await scanAll(ministack.dynamodb, 'least-table')).length < 1; tries++) {
        if (tries === 100) throw new Error(`nothing was loaded\n${ministack.log().slice(-3000)}`);
        await sleep(200);
      }
      await ministack.s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'import/b.csv' }));
      // Without the data, then with it.
      const all = await printed(here, takeDown('least'));
      await run(
        takeDown('least').filter((word) => word !== '--delete-data'),
        all,
      );
      await run(takeDown('least'));
      expect(await inventory(ministack, 'least')).toEqual(nothingThere);

      // Adopted, and released.
      const there = await makeByHand(ministack, 'taken');
      const { stderr } = await run([...make('taken'), '--bucket', 'taken-over']);
      for (const kind of ['topic', 'bucket', 'queue', 'table', 'log group', 'role', 'function', 'alarm']) {
        expect(stderr).toContain(`adopted ${kind} `);
      }
      await run([...takeDown('taken'), '--bucket', 'taken-over']);
      expect(await inventory(ministack, 'taken')).toEqual(there);

      for (const [command, args] of [
        ['provision', make('least')],
        ['destroy', takeDown('least')],
      ] as const) {
        const wanted = actionsOf(await printed(here, args));
        expect([...used[command]].sort(), command).toEqual(wanted);
      }
    },
  );

  for (const action of [
    's3:CreateBucket',
    'sqs:CreateQueue',
    'dynamodb:CreateTable',
    'iam:PutRolePolicy',
    'lambda:CreateFunction',
    's3:PutBucketNotification',
    'cloudwatch:PutMetricAlarm',
  ]) {
    test(`without ${action} provision fails, says so, and goes on once it is allowed`, 90_000, async (ministack) => {
      const here = await placeIn(ministack);
      const name = `no-${action.split(':')[1]?.toLowerCase().slice(0, 14) ?? ''}`.replace(/-$/, '');
      const policy = await printed(here, make(name));
      const stdout = await expectDenied(here, action, policy, make(name));
      expect(stdout).toBe('');
      const again = await runAs(here, policy, [...make(name), '--json']);
      expect(again.status, again.stderr).toBe(0);
      expect(lastJson(again)).toMatchObject({ exitStatus: 0 });
      const down = await runAs(here, await printed(here, takeDown(name)), takeDown(name));
      expect(down.status, down.stderr).toBe(0);
      expect(await inventory(here.ministack, `${name}-`)).toEqual(nothingThere);
    });
  }

  for (const action of [
    's3:DeleteBucket',
    'dynamodb:DeleteTable',
    'iam:DeleteRole',
    'sqs:DeleteQueue',
    's3:DeleteObject',
  ]) {
    test(`without ${action} destroy fails, says so, and goes on once it is allowed`, 90_000, async (ministack) => {
      const here = await placeIn(ministack);
      const name = `not-${action.split(':')[1]?.toLowerCase() ?? ''}`;
      const made = await csv2ddb(here.ministack, make(name));
      expect(made.status, made.stderr).toBe(0);
      const policy = await printed(here, takeDown(name));
      await expectDenied(here, action, policy, takeDown(name));
      const down = await runAs(here, policy, takeDown(name));
      expect(down.status, down.stderr).toBe(0);
      expect(await inventory(here.ministack, `${name}-`)).toEqual(nothingThere);
    });
  }
});
