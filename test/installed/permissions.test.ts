import { GetRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { describe, expect, vi } from 'vitest';
import type { Policy } from '../../src/pipeline/permissions/policy.ts';
import { scanAll } from '../helpers/compare/tables.ts';
import { makeCsvText } from '../helpers/csv.ts';
import { type Caller, ministackEnv } from '../helpers/emulators/caller.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { listActions, createUserWithPolicy, removeAction } from '../helpers/emulators/policy-user.ts';
import { type AtEnd, withMinistack } from '../helpers/emulators/with-ministack.ts';
import { putDefaultSettings } from '../helpers/pipeline/files.ts';
import { addLoader, waitUntilEnded } from '../helpers/pipeline/loader-function.ts';
import { sendMessage, testEvent } from '../helpers/pipeline/messages.ts';
import { readSummaries } from '../helpers/pipeline/read-state.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { makeFolder } from '../helpers/temp.ts';
import { startWorker, workerArgs } from '../helpers/pipeline/worker.ts';
import { type RecordingProxy, startRecordingProxy } from '../helpers/proxy/recording-proxy.ts';
import { csv2ddb } from '../helpers/run/csv2ddb.ts';
import type { Running } from '../helpers/run/run.ts';
import { until } from '../helpers/until.ts';

const records = 1_000;
/** One record has no key. */
const written = records - 1;
const csv = `${makeCsvText('id,n', written, (index) => `${index},1`)},\n`;

/** The actions that both loaders of a pipeline need. */
const loaderActions = [
  'dynamodb:BatchWriteItem',
  'dynamodb:DescribeTable',
  's3:DeleteObject',
  's3:GetObject',
  's3:GetObjectVersion',
  's3:ListBucket',
  's3:PutObject',
  'sns:Publish',
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
];

/** Returns the policy that a command prints. */
async function printPolicy(caller: Caller, args: readonly string[]): Promise<Policy> {
  const ran = await csv2ddb(caller, [...args, '--print-policy']);
  expect(ran, ran.stderr).toMatchObject({ status: 0 });
  return JSON.parse(ran.stdout) as Policy;
}

/** Creates a pipeline that exercises every call of a loader: versions, ranges, rejects, a topic, a foreign message. */
async function createBusyPipeline(ministack: Ministack): Promise<Pipeline> {
  const pipeline = await makePipeline(ministack, { topic: true, maxReceiveCount: 2 });
  await ministack.s3.send(
    new PutBucketVersioningCommand({ Bucket: pipeline.bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await putDefaultSettings(pipeline, { parallel: 2 });
  await pipeline.putObject('import/people.csv', csv);
  await sendMessage(pipeline, 'a foreign message');
  return pipeline;
}

async function startProxy({ endpoint }: Ministack, atEnd: AtEnd): Promise<RecordingProxy> {
  const proxy = await startRecordingProxy(endpoint);
  atEnd(() => proxy.stop());
  return proxy;
}

/** Creates a user with exactly this policy, behind the proxy. */
async function createCaller(ministack: Ministack, policy: Policy, { endpoint }: RecordingProxy): Promise<Caller> {
  return { endpoint, region: ministack.region, credentials: await createUserWithPolicy(ministack, policy) };
}

/** Requests to a queue are sent to the host of its URL. */
function queueUrlAt(proxy: RecordingProxy, { queue, ministack }: Pipeline): string {
  return queue.url.replace(ministack.endpoint, proxy.endpoint);
}

/** A job that is reported as done has loaded all items. */
async function expectNoPartialJob(pipeline: Pipeline): Promise<void> {
  const states = (await readSummaries(pipeline)).map(({ state }) => state);
  if (states.length > 0) expect([states, (await pipeline.items()).length]).toEqual([['done'], written]);
}

describe('worker', () => {
  const { together } = withMinistack({ auth: true });

  async function startWorkerWith(pipeline: Pipeline, policy: Policy, proxy: RecordingProxy): Promise<Running> {
    const queue = { ...pipeline.queue, url: queueUrlAt(proxy, pipeline) };
    const env = ministackEnv(await createCaller(pipeline.ministack, policy, proxy));
    return startWorker({ ...pipeline, queue }, ['--until-empty'], { env });
  }

  function policyOf(pipeline: Pipeline): Promise<Policy> {
    const { ministack, topic } = pipeline;
    return printPolicy(ministack, [...workerArgs(pipeline), '--notify', topic?.arn ?? '']);
  }

  together('uses exactly the actions of its policy', 60_000, async (ministack, atEnd) => {
    const pipeline = await createBusyPipeline(ministack);
    const policy = await policyOf(pipeline);
    expect(listActions(policy)).toEqual(loaderActions);
    const proxy = await startProxy(ministack, atEnd);
    const { status, stderr } = await (await startWorkerWith(pipeline, policy, proxy)).ended;
    expect(stderr).not.toContain('ACCESS_DENIED');
    expect(status).toBe(1);
    expect(await pipeline.items()).toHaveLength(written);
    expect(proxy.actions()).toEqual(loaderActions);
  });

  for (const action of loaderActions) {
    together(
      `without ${action} names the action, and reports no unfinished job as done`,
      60_000,
      async (ministack, atEnd) => {
        const pipeline = await createBusyPipeline(ministack);
        const policy = removeAction(action, await policyOf(pipeline));
        const proxy = await startProxy(ministack, atEnd);
        const running = await startWorkerWith(pipeline, policy, proxy);
        // The worker continues, because other messages may succeed.
        const { child } = running;
        await until(() => child.exitCode !== null || running.stderr().includes(action), 30_000);
        const wasStopped = child.exitCode === null && child.kill('SIGTERM');
        const { status, stderr } = await running.ended;
        expect(stderr).toContain(action);
        expect(stderr).toMatch(/ACCESS_DENIED|not allowed/);
        if (!wasStopped) expect(status).toBe(3);
        await expectNoPartialJob(pipeline);
      },
    );
  }
});

/** Calls that Lambda makes with the role of the function, past the proxy. */
const queueActions = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
const logActions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const byLambda = [...logActions, ...queueActions];

/** Milliseconds for a job: all functions of this test file start at once. */
const functionWaitMs = 60_000;
const functionTestMs = 120_000;

describe('the function', () => {
  const { together } = withMinistack({ auth: true });
  const name = 'loader';
  let provisioned: Promise<string> | undefined;

  /** Returns the policy of the role that `provision` creates, for this pipeline's resources. */
  async function policyOf({ ministack, bucket, queue, table, topic }: Pipeline): Promise<Policy> {
    const text = await (provisioned ??= readProvisionedPolicy(ministack));
    const { region, account } = ministack;
    return JSON.parse(
      text
        .replaceAll(`csv2ddb-${name}-${account}-${region}-an`, bucket)
        .replaceAll(`arn:aws:sqs:${region}:${account}:csv2ddb-${name}`, queue.arn)
        .replaceAll(`arn:aws:sns:${region}:${account}:csv2ddb-${name}`, topic?.arn ?? '')
        .replaceAll(`table/${name}-table`, `table/${table}`),
    ) as Policy;
  }

  async function readProvisionedPolicy(ministack: Ministack): Promise<string> {
    const args = ['--table', `${name}-table`, '--partition-key', 'id', '--email', 'jo@example.com'];
    const ran = await csv2ddb(ministack, ['provision', '--name', name, ...args]);
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    const RoleName = `csv2ddb-${name}-${ministack.region}`;
    const role = await ministack.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'csv2ddb' }));
    return decodeURIComponent(role.PolicyDocument ?? '');
  }

  async function createBusyWithout(action: string, ministack: Ministack, atEnd: AtEnd) {
    const pipeline = await createBusyPipeline(ministack);
    const policy = removeAction(action, await policyOf(pipeline));
    return { pipeline, policy, proxy: await startProxy(ministack, atEnd) };
  }

  async function addFunction(pipeline: Pipeline, policy: Policy, proxy: RecordingProxy) {
    return addLoader(pipeline, {
      timeoutS: 30,
      policy,
      env: { AWS_ENDPOINT_URL: proxy.endpoint, CSV2DDB_QUEUE_URL: queueUrlAt(proxy, pipeline) },
    });
  }

  together('uses exactly the actions of its policy', functionTestMs, async (ministack, atEnd) => {
    const pipeline = await createBusyPipeline(ministack);
    const policy = await policyOf(pipeline);
    expect(listActions(policy)).toEqual([...loaderActions, ...logActions].sort());
    const proxy = await startProxy(ministack, atEnd);
    await addFunction(pipeline, policy, proxy);
    const { summaries } = await waitUntilEnded(pipeline, 1, functionWaitMs);
    expect(summaries).toMatchObject([{ state: 'done', written, rejected: 1 }]);
    expect([...new Set([...proxy.actions(), ...byLambda])].sort()).toEqual(listActions(policy));
  });

  for (const action of queueActions) {
    together(
      `without ${action} gets no messages, and its event source mapping cannot be created`,
      functionTestMs,
      async (ministack, atEnd) => {
        const { pipeline, policy, proxy } = await createBusyWithout(action, ministack, atEnd);
        const name = action.split(':')[1] ?? '';
        await expect(addFunction(pipeline, policy, proxy)).rejects.toThrow(`permissions to call ${name} on SQS`);
        await expectNoPartialJob(pipeline);
      },
    );
  }

  for (const action of logActions) {
    together(`without ${action} loads without a log`, functionTestMs, async (ministack, atEnd) => {
      const { pipeline, policy, proxy } = await createBusyWithout(action, ministack, atEnd);
      await addFunction(pipeline, policy, proxy);
      const { summaries } = await waitUntilEnded(pipeline, 1, functionWaitMs);
      expect(summaries).toMatchObject([{ state: 'done', written, rejected: 1 }]);
    });
  }

  for (const action of loaderActions.filter((one) => !byLambda.includes(one))) {
    together(
      `without ${action} names the action, and reports no unfinished job as done`,
      functionTestMs,
      async (ministack, atEnd) => {
        const { pipeline, policy, proxy } = await createBusyWithout(action, ministack, atEnd);
        const loader = await addFunction(pipeline, policy, proxy);
        await vi.waitFor(
          async () => {
            // The emulator writes the last lines of an invocation only at the next one.
            await sendMessage(pipeline, testEvent);
            expect((await loader.log()).join('')).toContain(action);
          },
          { timeout: functionWaitMs, interval: 1_000 },
        );
        await expectNoPartialJob(pipeline);
      },
    );
  }
});

describe('direct', () => {
  const { together } = withMinistack({ auth: true });
  const actions = [
    'dynamodb:BatchWriteItem',
    'dynamodb:CreateTable',
    'dynamodb:DescribeTable',
    's3:GetObject',
    's3:ListBucket',
    'sns:Publish',
  ];

  /** Loads an object and a prefix into a new table. */
  async function load(ministack: Ministack, policyOf: (policy: Policy) => Policy, proxy: RecordingProxy) {
    const pipeline = await makePipeline(ministack, { topic: true });
    const { bucket, name } = pipeline;
    await pipeline.putObject('people.csv', csv);
    await pipeline.putObject('more/people.csv', 'id,n\na,1\n');
    const table = `${name}-new`;
    const sources = [`s3://${bucket}/people.csv`, `s3://${bucket}/more/`];
    const made = ['--table', table, '--create-table', '--partition-key', 'id'];
    const args = ['direct', ...sources, ...made, '--notify', pipeline.topic?.arn ?? ''];
    const policy = policyOf(await printPolicy(ministack, args));
    const caller = await createCaller(ministack, policy, proxy);
    const result = await csv2ddb(caller, args);
    const items = await scanAll(ministack.dynamodb, table).catch(() => []);
    return { ...result, policy, items };
  }

  together('uses exactly the actions of its policy', 60_000, async (ministack, atEnd) => {
    const proxy = await startProxy(ministack, atEnd);
    const { status, stderr, items, policy } = await load(ministack, (all) => all, proxy);
    expect({ status, items: items.length }, stderr).toEqual({ status: 1, items: written + 1 });
    expect(listActions(policy)).toEqual(actions);
    expect(proxy.actions()).toEqual(actions);
  });

  for (const action of actions) {
    together(`without ${action} fails, and names the action`, 60_000, async (ministack, atEnd) => {
      const proxy = await startProxy(ministack, atEnd);
      const { status, stderr, items } = await load(ministack, (all) => removeAction(action, all), proxy);
      expect(stderr).toContain(action);
      expect(stderr).toMatch(/ACCESS_DENIED|not allowed/);
      expect(status).toBe(3);
      // csv2ddb publishes the outcome after the load.
      expect(items).toHaveLength(action === 'sns:Publish' ? written + 1 : 0);
    });
  }

  together('prints the policy that it needs', 60_000, async (ministack) => {
    const printed = (...args: string[]) => printPolicy(ministack, ['direct', '--table', 'people', ...args]);
    const allow = (Sid: string, Action: string[], ...Resource: string[]) => ({
      Sid,
      Effect: 'Allow',
      Action,
      Resource,
    });
    const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/people';
    const topic = 'arn:aws:sns:us-east-1:123456789012:loads';
    const made = ['--create-table', '--partition-key', 'id', '--notify', topic];
    expect(await printed('people.csv')).toEqual({
      Version: '2012-10-17',
      Statement: [allow('Table', ['dynamodb:BatchWriteItem', 'dynamodb:DescribeTable'], table)],
    });
    expect(await printed('people.csv', 's3://bucket/people.csv', 's3://other/more/', ...made)).toEqual({
      Version: '2012-10-17',
      Statement: [
        allow('Table', ['dynamodb:BatchWriteItem', 'dynamodb:CreateTable', 'dynamodb:DescribeTable'], table),
        allow('Sources', ['s3:GetObject'], 'arn:aws:s3:::bucket/people.csv', 'arn:aws:s3:::other/more/*'),
        allow('BucketsOfSources', ['s3:ListBucket'], 'arn:aws:s3:::bucket', 'arn:aws:s3:::other'),
        allow('Topic', ['sns:Publish'], topic),
      ],
    });
    expect(await printed('s3://bucket', '--local')).toEqual({
      Version: '2012-10-17',
      Statement: [
        allow('Sources', ['s3:GetObject'], 'arn:aws:s3:::bucket/*'),
        allow('BucketsOfSources', ['s3:ListBucket'], 'arn:aws:s3:::bucket'),
      ],
    });
  });

  together('needs only the table to load a file into an existing table', 60_000, async (ministack, atEnd) => {
    const pipeline = await makePipeline(ministack);
    const proxy = await startProxy(ministack, atEnd);
    const args = ['direct', 'people.csv', '--table', pipeline.table];
    const policy = await printPolicy(ministack, args);
    const caller = await createCaller(ministack, policy, proxy);
    const cwd = makeFolder({ 'people.csv': csv });
    const { status } = await csv2ddb(caller, args, { cwd });
    expect(status).toBe(1);
    expect(proxy.actions()).toEqual(listActions(policy));
    expect(listActions(policy)).toEqual(['dynamodb:BatchWriteItem', 'dynamodb:DescribeTable']);
  });
});
