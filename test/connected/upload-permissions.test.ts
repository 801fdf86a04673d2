import { writeFileSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { join } from 'node:path';
import { DeleteEventSourceMappingCommand, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { beforeAll, describe, expect, it, vi, type TestContext } from 'vitest';
import { upload } from '../../src/commands/upload.ts';
import type { Io } from '../../src/commands/io.ts';
import type { GivenOption } from '../../src/options/given.ts';
import type { OptionKey } from '../../src/options/table.ts';
import type { Policy } from '../../src/permissions/policy.ts';
import type { TestCredentials } from '../helpers/aws-clients.ts';
import { type Ministack, ministackHookMs, type Skipped, startMinistack } from '../helpers/ministack.ts';
import { actionsOf, userWith, without } from '../helpers/policy-user.ts';
import { csv2ddb, ministackEnv } from '../helpers/provisioned.ts';
import { type RecordingProxy, startRecordingProxy } from '../helpers/recording-proxy.ts';
import { tempDir, type RunResult } from '../helpers/run.ts';

let started: Ministack | Skipped;
let proxy: RecordingProxy;
let printed: Policy;
const which = ['--name', 'up'];

beforeAll(async () => {
  const ministack = await startMinistack({ auth: true });
  started = ministack;
  if ('skipped' in ministack) return undefined;
  proxy = await startRecordingProxy(ministack.endpoint);
  const made = await csv2ddb(ministack, ['provision', ...which, '--table', 'up-table', '--partition-key', 'id']);
  expect(made.status, made.stderr).toBe(0);
  const policy = await csv2ddb(ministack, ['upload', '--wait', '--print-policy', ...which]);
  printed = JSON.parse(policy.stdout) as Policy;
  return async () => {
    await proxy.stop();
    await ministack.stop();
  };
}, ministackHookMs);

function place(context: TestContext): Ministack {
  if ('skipped' in started) return context.skip(started.skipped);
  proxy.forget();
  return started;
}

let files = 0;

/** A file with a record that is rejected; another one each time. */
function file(): { readonly cwd: string; readonly name: string } {
  const [cwd, name] = [tempDir(), `people-${++files}.csv`];
  writeFileSync(join(cwd, name), 'id,age\n1,7\n2,old\n');
  return { cwd, name };
}

/** Uploads it as this user, with settings, and waits for its rejects. */
async function uploadAs(ministack: Ministack, user: TestCredentials): Promise<RunResult> {
  const { cwd, name } = file();
  return csv2ddb(
    ministack,
    ['upload', name, '--wait', '--types', 'age:N', '--endpoint-url', proxy.endpoint, ...which],
    {
      cwd,
      env: { AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey },
    },
  );
}

/** The same in this process, where what takes minutes can be short. */
async function uploadHere(ministack: Ministack, user: TestCredentials): Promise<{ status: number; stderr: string }> {
  const { cwd, name } = file();
  for (const [variable, value] of Object.entries(ministackEnv({ ...ministack, credentials: user })))
    vi.stubEnv(variable, value);
  const stderr = new PassThrough();
  let text = '';
  stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const io: Io = {
    stdin: Readable.from([]),
    stdout: new PassThrough().resume(),
    stderr,
    env: process.env,
    exit: (status) => {
      throw new Error(`exit ${status}`);
    },
  };
  const options = { name: 'up', wait: 'true', endpointUrl: proxy.endpoint };
  const flags = new Map(
    Object.entries(options).map(([key, value]): [OptionKey, GivenOption] => [
      key as OptionKey,
      { text: value, from: 'flag' },
    ]),
  );
  try {
    const status = await upload([join(cwd, name)], flags, io, { pollMs: 100, beginMs: 1_000, quietMs: 1_000 });
    return { status, stderr: text };
  } finally {
    vi.unstubAllEnvs();
  }
}

describe('upload under a user with its printed policy', () => {
  it.for(['s3:GetObject', 's3:PutObject', 's3:ListBucket', 'sqs:GetQueueAttributes'])(
    'without %s it fails, and says so',
    { timeout: 60_000 },
    async (action, context) => {
      const ministack = place(context);
      const ran = await uploadAs(ministack, await userWith(ministack, without(action, printed)));
      expect(ran.status, ran.stderr).toBe(3);
      expect(ran.stderr).toContain('ACCESS_DENIED');
      expect(ran.stderr).toContain(action);
    },
  );

  it(
    'it puts, follows, fetches rejects, and says what is wrong; what is used is what is printed',
    { timeout: 60_000 },
    async (context) => {
      const ministack = place(context);
      const user = await userWith(ministack, printed);
      const ran = await uploadAs(ministack, user);
      expect(ran.status, ran.stderr).toBe(1);
      // And nobody is there to load.
      const { EventSourceMappings: [mapping] = [] } = await ministack.lambda.send(
        new ListEventSourceMappingsCommand({ FunctionName: 'csv2ddb-up' }),
      );
      await ministack.lambda.send(new DeleteEventSourceMappingCommand({ UUID: mapping?.UUID }));
      const stalled = await uploadHere(ministack, user);
      expect(stalled.status).toBe(3);
      expect(stalled.stderr).toContain('the function has no event source mapping from the queue');
      const used = proxy.actions().filter((action) => action !== 'sts:GetCallerIdentity');
      // Parts are taken away only where an upload of several fails: upload-ends.test.ts.
      expect(used).toEqual(actionsOf(printed).filter((action) => action !== 's3:AbortMultipartUpload'));
    },
  );

  it.for(['s3:GetBucketNotification', 'lambda:ListEventSourceMappings'])(
    'without %s it says what it could not look at',
    { timeout: 60_000 },
    async (action, context) => {
      const ministack = place(context);
      const { status, stderr } = await uploadHere(ministack, await userWith(ministack, without(action, printed)));
      expect(status).toBe(3);
      expect(stderr).toContain('NOTHING_MOVES');
      expect(stderr).toContain(action);
    },
  );
});
