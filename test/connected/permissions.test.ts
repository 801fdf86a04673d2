import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { describe, expect, vi } from 'vitest';
import { exitStatus } from '../../src/errors.ts';
import { buildPolicy } from '../../src/pipeline/permissions/build-policy.ts';
import type { Policy } from '../../src/pipeline/permissions/policy.ts';
import type { Scope } from '../../src/pipeline/permissions/scope.ts';
import { deriveNames } from '../../src/pipeline/names.ts';
import { scanAll } from '../helpers/compare/tables.ts';
import { makeCsvText } from '../helpers/csv.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { listActions, createUserWithPolicy, removeAction } from '../helpers/emulators/policy-user.ts';
import { type AtEnd, withMinistack } from '../helpers/emulators/with-ministack.ts';
import { putDefaultSettings } from '../helpers/pipeline/files.ts';
import { addLoader, waitUntilEnded } from '../helpers/pipeline/loader-function.ts';
import { sendMessage, testEvent } from '../helpers/pipeline/messages.ts';
import { readSummaries } from '../helpers/pipeline/read-state.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { makeFolder } from '../helpers/pipeline/upload.ts';
import { startWorker } from '../helpers/pipeline/worker.ts';
import { type RecordingProxy, startRecordingProxy } from '../helpers/proxy/recording-proxy.ts';
import { type Caller, csv2ddb, ministackEnv } from '../helpers/run/csv2ddb.ts';
import type { Running } from '../helpers/run/run.ts';
import { until } from '../helpers/until.ts';

const records = 1_000;
/** One record has no key. */
const written = records - 1;
const csv = `${makeCsvText('id,n', written, (index) => `${index},1`)},\n`;

const scope = {
  place: { account: '123456789012', region: 'us-east-1', partition: 'aws' },
  table: 'people',
  sources: [],
  topics: ['arn:aws:sns:us-east-1:123456789012:loads'] as const,
} satisfies Partial<Scope>;

function scopeOf({ bucket, queue, table, topic }: Pipeline): Scope {
  const names = { ...deriveNames(undefined, scope.place), queue: queue.arn.split(':').at(-1) ?? '' };
  return {
    ...scope,
    table,
    topics: topic === undefined ? [] : [topic.arn],
    pipeline: { names, bucket, prefix: 'import/' },
  };
}

/** Returns the actions that a caller needs. The ARNs belong to no real pipeline. */
function actionsNeededBy(
  ...[caller, cases]: Parameters<typeof buildPolicy> extends [...infer P, Scope] ? P : never
): string[] {
  const pipeline = { names: deriveNames(undefined, scope.place), bucket: 'b', prefix: 'import/' };
  return listActions(buildPolicy(caller, cases, { ...scope, sources: ['s3://b/k'], pipeline }));
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

/** Creates a busy pipeline, and the policy of its loader without one action. */
async function createBusyWithout(loader: 'worker' | 'function', action: string, ministack: Ministack, atEnd: AtEnd) {
  const pipeline = await createBusyPipeline(ministack);
  const policy = removeAction(action, buildPolicy(loader, ['notify'], scopeOf(pipeline)));
  return { pipeline, policy, proxy: await startProxy(ministack, atEnd) };
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

  together('uses exactly the actions of its policy', 60_000, async (ministack, atEnd) => {
    const pipeline = await createBusyPipeline(ministack);
    const policy = buildPolicy('worker', ['notify'], scopeOf(pipeline));
    const proxy = await startProxy(ministack, atEnd);
    const { status, stderr } = await (await startWorkerWith(pipeline, policy, proxy)).ended;
    expect(stderr).not.toContain('ACCESS_DENIED');
    expect(status).toBe(exitStatus.rejects);
    expect(await pipeline.items()).toHaveLength(written);
    expect(proxy.actions()).toEqual(listActions(policy));
  });

  for (const action of actionsNeededBy('worker', ['notify'])) {
    together(
      `without ${action} names the action, and reports no unfinished job as done`,
      60_000,
      async (ministack, atEnd) => {
        const { pipeline, policy, proxy } = await createBusyWithout('worker', action, ministack, atEnd);
        const running = await startWorkerWith(pipeline, policy, proxy);
        // The worker continues, because other messages may succeed.
        const { child } = running;
        await until(() => child.exitCode !== null || running.stderr().includes(action), 30_000);
        const wasStopped = child.exitCode === null && child.kill('SIGTERM');
        const { status, stderr } = await running.ended;
        expect(stderr).toContain(action);
        expect(stderr).toMatch(/ACCESS_DENIED|not allowed/);
        if (!wasStopped) expect(status).toBe(exitStatus.fatal);
        await expectNoPartialJob(pipeline);
      },
    );
  }
});

/** Calls that Lambda makes with the role of the function, past the proxy. */
const queueActions = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
const logActions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const byLambda = [...logActions, ...queueActions];

describe('the function', () => {
  const { together } = withMinistack({ auth: true });

  async function addFunction(pipeline: Pipeline, policy: Policy, proxy: RecordingProxy) {
    return addLoader(pipeline, {
      timeoutS: 30,
      policy,
      env: { AWS_ENDPOINT_URL: proxy.endpoint, CSV2DDB_QUEUE_URL: queueUrlAt(proxy, pipeline) },
    });
  }

  together('uses exactly the actions of its policy', 60_000, async (ministack, atEnd) => {
    const pipeline = await createBusyPipeline(ministack);
    const policy = buildPolicy('function', ['notify'], scopeOf(pipeline));
    const proxy = await startProxy(ministack, atEnd);
    await addFunction(pipeline, policy, proxy);
    const { summaries } = await waitUntilEnded(pipeline, 1, 30_000);
    expect(summaries).toMatchObject([{ state: 'done', written, rejected: 1 }]);
    expect([...new Set([...proxy.actions(), ...byLambda])].sort()).toEqual(listActions(policy));
  });

  for (const action of queueActions) {
    together(
      `without ${action} gets no messages, and its event source mapping cannot be created`,
      60_000,
      async (ministack, atEnd) => {
        const { pipeline, policy, proxy } = await createBusyWithout('function', action, ministack, atEnd);
        const name = action.split(':')[1] ?? '';
        await expect(addFunction(pipeline, policy, proxy)).rejects.toThrow(`permissions to call ${name} on SQS`);
        await expectNoPartialJob(pipeline);
      },
    );
  }

  for (const action of logActions) {
    together(`without ${action} loads without a log`, 60_000, async (ministack, atEnd) => {
      const { pipeline, policy, proxy } = await createBusyWithout('function', action, ministack, atEnd);
      await addFunction(pipeline, policy, proxy);
      const { summaries } = await waitUntilEnded(pipeline, 1, 30_000);
      expect(summaries).toMatchObject([{ state: 'done', written, rejected: 1 }]);
    });
  }

  for (const action of actionsNeededBy('function', ['notify']).filter((one) => !byLambda.includes(one))) {
    together(
      `without ${action} names the action, and reports no unfinished job as done`,
      60_000,
      async (ministack, atEnd) => {
        const { pipeline, policy, proxy } = await createBusyWithout('function', action, ministack, atEnd);
        const loader = await addFunction(pipeline, policy, proxy);
        await vi.waitFor(
          async () => {
            // The emulator writes the last lines of an invocation only at the next one.
            await sendMessage(pipeline, testEvent);
            expect((await loader.log()).join('')).toContain(action);
          },
          { timeout: 30_000, interval: 1_000 },
        );
        await expectNoPartialJob(pipeline);
      },
    );
  }
});

describe('direct', () => {
  const { together } = withMinistack({ auth: true });
  const cases = ['s3', 'list', 'create-table', 'notify'] as const;

  /** Loads an object and a prefix into a new table. */
  async function load(ministack: Ministack, policyOf: (policy: Policy) => Policy, proxy: RecordingProxy) {
    const pipeline = await makePipeline(ministack, { topic: true });
    const { bucket, name } = pipeline;
    await pipeline.putObject('people.csv', csv);
    await pipeline.putObject('more/people.csv', 'id,n\na,1\n');
    const table = `${name}-new`;
    const sources = [`s3://${bucket}/people.csv`, `s3://${bucket}/more/`];
    const policy = policyOf(buildPolicy('direct', cases, { ...scopeOf(pipeline), table, sources }));
    const made = ['--table', table, '--create-table', '--partition-key', 'id'];
    const caller = await createCaller(ministack, policy, proxy);
    const result = await csv2ddb(caller, ['direct', ...sources, ...made, '--notify', pipeline.topic?.arn ?? '']);
    const items = await scanAll(ministack.dynamodb, table).catch(() => []);
    return { ...result, policy, items };
  }

  together('uses exactly the actions of its policy', 60_000, async (ministack, atEnd) => {
    const proxy = await startProxy(ministack, atEnd);
    const { status, stderr, items, policy } = await load(ministack, (all) => all, proxy);
    expect({ status, items: items.length }, stderr).toEqual({ status: exitStatus.rejects, items: written + 1 });
    expect(proxy.actions()).toEqual(listActions(policy));
  });

  for (const action of actionsNeededBy('direct', cases)) {
    together(`without ${action} fails, and names the action`, 60_000, async (ministack, atEnd) => {
      const proxy = await startProxy(ministack, atEnd);
      const { status, stderr, items } = await load(ministack, (all) => removeAction(action, all), proxy);
      expect(stderr).toContain(action);
      expect(stderr).toMatch(/ACCESS_DENIED|not allowed/);
      expect(status).toBe(exitStatus.fatal);
      // csv2ddb publishes the outcome after the load.
      expect(items).toHaveLength(action === 'sns:Publish' ? written + 1 : 0);
    });
  }

  together('prints the policy that it needs', 60_000, async (ministack) => {
    const printed = async (...args: string[]) => {
      const ran = await csv2ddb(ministack, ['direct', '--table', 'people', '--print-policy', ...args]);
      expect(ran, ran.stderr).toMatchObject({ status: exitStatus.done });
      return JSON.parse(ran.stdout) as Policy;
    };
    const about = { ...scopeOf(await makePipeline(ministack)), topics: [], pipeline: undefined, table: 'people' };
    expect(await printed('people.csv')).toEqual(buildPolicy('direct', [], about));
    const [topic] = scope.topics;
    const sources = ['s3://bucket/people.csv', 's3://other/more/'];
    const made = ['--create-table', '--partition-key', 'id', '--notify', topic];
    expect(await printed('people.csv', ...sources, ...made)).toEqual(
      buildPolicy('direct', cases, { ...about, sources, topics: [topic] }),
    );
    expect(await printed('s3://bucket', '--local')).toEqual(
      buildPolicy('direct', ['s3', 'list'], { ...about, sources: ['s3://bucket'], table: undefined }),
    );
  });

  together('needs only the table to load a file into an existing table', 60_000, async (ministack, atEnd) => {
    const pipeline = await makePipeline(ministack);
    const proxy = await startProxy(ministack, atEnd);
    const policy = buildPolicy('direct', [], scopeOf(pipeline));
    const caller = await createCaller(ministack, policy, proxy);
    const cwd = makeFolder({ 'people.csv': csv });
    const { status } = await csv2ddb(caller, ['direct', 'people.csv', '--table', pipeline.table], { cwd });
    expect(status).toBe(exitStatus.rejects);
    expect(proxy.actions()).toEqual(listActions(policy));
    expect(listActions(policy)).toEqual(['dynamodb:BatchWriteItem', 'dynamodb:DescribeTable']);
  });
});
