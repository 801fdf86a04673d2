import { join } from 'node:path';
import { DeleteEventSourceMappingCommand, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { afterAll, describe, expect, vi } from 'vitest';
import type { Policy } from '../../src/pipeline/permissions/policy.ts';
import type { TestCredentials } from '../helpers/emulators/aws-clients.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { actionsOf, userWith, without } from '../helpers/emulators/policy-user.ts';
import { folderWith } from '../helpers/pipeline/upload.ts';
import { type UploadedHere, uploadHere } from '../helpers/pipeline/upload-here.ts';
import { csv2ddb, startCsv2ddb } from '../helpers/run/csv2ddb.ts';
import { type RecordingProxy, startRecordingProxy } from '../helpers/proxy/recording-proxy.ts';
import type { RunResult } from '../helpers/run/run.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';

const which = ['--name', 'up'];

/** The setup that all tests share. */
interface Setup {
  readonly ministack: Ministack;
  readonly proxy: RecordingProxy;
  readonly printed: Policy;
}

let shared: Promise<Setup> | undefined;

/** The first test creates the setup. */
async function setUp(ministack: Ministack): Promise<Setup> {
  const setup = await (shared ??= createSetup(ministack));
  setup.proxy.forget();
  return setup;
}

async function createSetup(ministack: Ministack): Promise<Setup> {
  const proxy = await startRecordingProxy(ministack.endpoint);
  const ran = await csv2ddb(ministack, ['provision', ...which, '--table', 'up-table', '--partition-key', 'id']);
  expect(ran.status, ran.stderr).toBe(0);
  const policy = await csv2ddb(ministack, ['upload', '--wait', '--print-policy', ...which]);
  return { ministack, proxy, printed: JSON.parse(policy.stdout) as Policy };
}

afterAll(async () => {
  await (await shared)?.proxy.stop();
});

let files = 0;

/** Creates a file with a record that is rejected, under a new name each time. */
function createFile(): { readonly cwd: string; readonly name: string } {
  const name = `people-${++files}.csv`;
  return { cwd: folderWith({ [name]: 'id,age\n1,7\n2,old\n' }), name };
}

/** Uploads a file with settings as this user, and waits for its rejects. */
async function uploadAs({ ministack, proxy }: Setup, user: TestCredentials): Promise<RunResult> {
  const { cwd, name } = createFile();
  const args = ['upload', name, '--wait', '--types', 'age:N', '--endpoint-url', proxy.endpoint, ...which];
  return csv2ddb({ ...ministack, credentials: user }, args, { cwd });
}

/** Does the same in this process, with shorter timeouts. */
function uploadHereAs({ ministack, proxy }: Setup, user: TestCredentials): Promise<UploadedHere> {
  const { cwd, name } = createFile();
  const times = { pollMs: 100, beginMs: 1_000, quietMs: 1_000 };
  const options = { name: 'up', wait: 'true', endpointUrl: proxy.endpoint };
  return uploadHere({ ...ministack, credentials: user }, join(cwd, name), times, options);
}

/** Interrupts a multipart upload, so that csv2ddb must abort it. */
async function interruptAs({ ministack, proxy }: Setup, user: TestCredentials): Promise<RunResult> {
  const args = ['upload', '--key', 'big.csv', '--endpoint-url', proxy.endpoint, ...which];
  const { child, ended } = startCsv2ddb({ ...ministack, credentials: user }, args, { stdin: null });
  child.stdin?.write(Buffer.alloc(66 * 1024 ** 2, 'id\n'));
  await vi.waitFor(() => {
    expect(proxy.seen.some(({ url }) => url.includes('partNumber='))).toBe(true);
  }, 30_000);
  child.kill('SIGINT');
  return ended;
}

describe('upload with its printed policy', () => {
  const { test } = withMinistack({ auth: true });

  for (const action of ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 'sqs:GetQueueAttributes']) {
    test(`without ${action} fails, and names the action`, 60_000, async (ministack) => {
      const setup = await setUp(ministack);
      const ran = await uploadAs(setup, await userWith(ministack, without(action, setup.printed)));
      expect(ran.status, ran.stderr).toBe(3);
      expect(ran.stderr).toContain('ACCESS_DENIED');
      expect(ran.stderr).toContain(action);
    });
  }

  test(
    'uploads, waits, downloads rejects and diagnoses, with exactly the actions of the policy',
    60_000,
    async (ministack) => {
      const setup = await setUp(ministack);
      const { proxy, printed } = setup;
      const user = await userWith(ministack, printed);
      const ran = await uploadAs(setup, user);
      expect(ran.status, ran.stderr).toBe(1);
      // Without an event source mapping, the upload stalls.
      const { EventSourceMappings: [mapping] = [] } = await ministack.lambda.send(
        new ListEventSourceMappingsCommand({ FunctionName: 'csv2ddb-up' }),
      );
      await ministack.lambda.send(new DeleteEventSourceMappingCommand({ UUID: mapping?.UUID }));
      const stalled = await uploadHereAs(setup, user);
      expect(stalled.status).toBe(3);
      expect(stalled.stderr).toContain('the function has no event source mapping from the queue');
      const stopped = await interruptAs(setup, user);
      expect(stopped.status, stopped.stderr).toBe(4);
      const used = proxy.actions().filter((action) => action !== 'sts:GetCallerIdentity');
      expect(used).toEqual(actionsOf(printed));
    },
  );

  for (const action of ['s3:GetBucketNotification', 'lambda:ListEventSourceMappings']) {
    test(`without ${action} names what it could not diagnose`, 60_000, async (ministack) => {
      const setup = await setUp(ministack);
      const { status, stderr } = await uploadHereAs(setup, await userWith(ministack, without(action, setup.printed)));
      expect(status).toBe(3);
      expect(stderr).toContain('JOB_STALLED');
      expect(stderr).toContain(action);
    });
  }

  test('without s3:AbortMultipartUpload reports the parts that remain', 60_000, async (ministack) => {
    const setup = await setUp(ministack);
    const user = await userWith(ministack, without('s3:AbortMultipartUpload', setup.printed));
    const { status, stderr } = await interruptAs(setup, user);
    expect(status, stderr).toBe(3);
    expect(stderr).toContain('ACCESS_DENIED');
    expect(stderr).toContain('s3:AbortMultipartUpload');
  });
});
