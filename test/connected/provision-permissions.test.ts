import { setTimeout as sleep } from 'node:timers/promises';
import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect } from 'vitest';
import type { Policy } from '../../src/permissions/policy.ts';
import type { Ministack } from '../helpers/ministack.ts';
import { actionsOf, userWith, without } from '../helpers/policy-user.ts';
import { csv2ddb, inventory, lastJson, nothingThere } from '../helpers/provisioned.ts';
import { type RecordingProxy, startRecordingProxy } from '../helpers/recording-proxy.ts';
import type { RunResult } from '../helpers/run.ts';
import { createTable, scanAll } from '../helpers/tables.ts';
import { withMinistack } from '../helpers/with-ministack.ts';

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
  const { accessKeyId, secretAccessKey } = await userWith(ministack, policy);
  return csv2ddb(ministack, args, {
    env: { AWS_ENDPOINT_URL: seen.endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  });
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

/** Actions that no call is named after: AWS asks for them where tags go along, or a role is passed on; the emulator does not. */
const askedBesides: ReadonlySet<string> = new Set([
  's3:TagResource',
  'iam:PassRole',
  'lambda:ListTags',
  's3:DeleteObjectVersion',
]);

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

describe('where policies are enforced', () => {
  const { test } = withMinistack({ auth: true });

  test(
    'provision makes, keeps, mends and adopts, and destroy takes down; what is used is what is printed',
    180_000,
    async (ministack) => {
      const here = await placeIn(ministack);
      const { seen } = here;
      const making = await printed(here, make('least'));
      const used = new Set<string>();
      const run = async (policy: Policy, args: readonly string[]): Promise<void> => {
        const ran = await runAs(here, policy, args);
        expect(ran.status, ran.stderr).toBe(0);
        for (const action of seen.actions()) used.add(action);
        seen.forget();
      };
      // Fresh, again, drifted.
      await run(making, make('least'));
      await run(making, make('least'));
      const bucket = 'csv2ddb-least-123456789012-us-east-1-an';
      await ministack.s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
      await ministack.s3.send(new DeleteBucketLifecycleCommand({ Bucket: bucket }));
      await drift(ministack);
      await run(making, make('least'));
      // The function works under the role that it was given.
      await ministack.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'import/a.csv', Body: 'id;name\n1;a\n' }));
      for (let tries = 0; (await scanAll(ministack.dynamodb, 'least-table')).length < 1; tries++) {
        if (tries === 100) throw new Error(`nothing was loaded\n${ministack.log().slice(-3000)}`);
        await sleep(200);
      }
      const unused = actionsOf(making).filter((action) => !askedBesides.has(action) && !used.has(action));
      // What is adopted is tagged afterwards: the next test.
      expect(unused.filter((action) => !/:(Tag\w+|PutBucketTagging)$/.test(action))).toEqual([]);
      expect(
        [...used].filter((action) => !actionsOf(making).includes(action) && action !== 'sts:GetCallerIdentity'),
      ).toEqual([]);

      const taking = await printed(here, takeDown('least'));
      used.clear();
      await run(taking, takeDown('least'));
      expect(
        [...used].filter((action) => !actionsOf(taking).includes(action) && action !== 'sts:GetCallerIdentity'),
      ).toEqual([]);
      expect(await inventory(ministack, 'least')).toEqual(nothingThere);
    },
  );

  test('provision adopts', 90_000, async (ministack) => {
    const here = await placeIn(ministack);

    await ministack.s3.send(new CreateBucketCommand({ Bucket: 'taken-over' }));
    await createTable(ministack.dynamodb, { name: 'taken-table', partitionKey: ['id', 'S'] });
    const args = [...make('taken'), '--bucket', 'taken-over'];
    const ran = await runAs(here, await printed(here, args), args);
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stderr).toContain('adopted table taken-table');
    const down = [...takeDown('taken'), '--bucket', 'taken-over'];
    const gone = await runAs(here, await printed(here, down), down);
    expect(gone.status, gone.stderr).toBe(0);
    expect(await inventory(ministack, 'taken')).toEqual({
      ...nothingThere,
      buckets: ['taken-over'],
      tables: ['taken-table'],
    });
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
    test(`without ${action} provision fails, says so, and goes on once it is allowed`, 90_000, async (ministack) => {
      const here = await placeIn(ministack);
      const name = `no-${action.split(':')[1]?.toLowerCase().slice(0, 14) ?? ''}`.replace(/-$/, '');
      const policy = await printed(here, make(name));
      const ran = await runAs(here, without(action, policy), make(name));
      expect(ran.status).toBe(3);
      expect(ran.stderr).toContain('ACCESS_DENIED');
      expect(ran.stderr).toContain(action);
      expect(ran.stdout).toBe('');
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
      const ran = await runAs(here, without(action, policy), takeDown(name));
      expect(ran.status).toBe(3);
      expect(ran.stderr).toContain('ACCESS_DENIED');
      expect(ran.stderr).toContain(action);
      const down = await runAs(here, policy, takeDown(name));
      expect(down.status, down.stderr).toBe(0);
      expect(await inventory(here.ministack, `${name}-`)).toEqual(nothingThere);
    });
  }
});
