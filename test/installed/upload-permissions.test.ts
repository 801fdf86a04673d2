import { afterAll, describe, expect, vi } from 'vitest';
import type { Policy } from '../../src/pipeline/permissions/policy.ts';
import type { TestCredentials } from '../helpers/emulators/aws-clients.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { listActions, createUserWithPolicy, removeAction } from '../helpers/emulators/policy-user.ts';
import { makeFolder } from '../helpers/temp.ts';
import { csv2ddb, startCsv2ddb } from '../helpers/run/csv2ddb.ts';
import { type RecordingProxy, startRecordingProxy } from '../helpers/proxy/recording-proxy.ts';
import type { RunResult } from '../helpers/run/run.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';

const which = ['--name', 'up'];

/** The pipeline, proxy and policy that all tests share. */
interface Fixture {
  readonly ministack: Ministack;
  readonly proxy: RecordingProxy;
  readonly printed: Policy;
}

let made: Promise<Fixture> | undefined;

/** Created by the first test that runs. */
async function sharedFixture(ministack: Ministack): Promise<Fixture> {
  const fixture = await (made ??= makeFixture(ministack));
  fixture.proxy.forget();
  return fixture;
}

async function makeFixture(ministack: Ministack): Promise<Fixture> {
  const proxy = await startRecordingProxy(ministack.endpoint);
  const ran = await csv2ddb(ministack, ['provision', ...which, '--table', 'up-table', '--partition-key', 'id']);
  expect(ran.status, ran.stderr).toBe(0);
  const policy = await csv2ddb(ministack, ['upload', '--wait', '--print-policy', ...which]);
  return { ministack, proxy, printed: JSON.parse(policy.stdout) as Policy };
}

afterAll(async () => {
  await (await made)?.proxy.stop();
});

let files = 0;

/** Uploads a new file with a rejected record and settings as this user, and waits for its rejects. */
async function uploadAs({ ministack, proxy }: Fixture, user: TestCredentials): Promise<RunResult> {
  const name = `people-${++files}.csv`;
  const cwd = makeFolder({ [name]: 'id,age\n1,7\n2,old\n' });
  const args = ['upload', name, '--wait', '--types', 'age:N', '--endpoint-url', proxy.endpoint, ...which];
  return csv2ddb({ ...ministack, credentials: user }, args, { cwd });
}

/**
 * The actions of the diagnosis, which starts only after five minutes: test/connected/upload-permissions.test.ts shows
 * that it uses them.
 */
const diagnosisActions = ['lambda:ListEventSourceMappings', 's3:GetBucketNotification'];

/** Interrupts an upload after its first part, so that it deletes the parts. */
async function interruptedAs({ ministack, proxy }: Fixture, user: TestCredentials): Promise<RunResult> {
  const args = ['upload', '--key', 'big.csv', '--endpoint-url', proxy.endpoint, ...which];
  const { child, ended } = startCsv2ddb({ ...ministack, credentials: user }, args, { stdin: null });
  child.stdin?.write(Buffer.alloc(66 * 1024 ** 2, 'id\n'));
  await vi.waitFor(() => {
    expect(proxy.seen.some(({ url }) => url.includes('partNumber='))).toBe(true);
  }, 30_000);
  child.kill('SIGINT');
  return ended;
}

describe('with its printed policy', () => {
  const { test } = withMinistack({ auth: true });

  for (const action of ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 'sqs:GetQueueAttributes']) {
    test(`upload fails without ${action} and names it`, 60_000, async (ministack) => {
      const fixture = await sharedFixture(ministack);
      const ran = await uploadAs(fixture, await createUserWithPolicy(ministack, removeAction(action, fixture.printed)));
      expect(ran.status, ran.stderr).toBe(3);
      expect(ran.stderr).toContain('ACCESS_DENIED');
      expect(ran.stderr).toContain(action);
    });
  }

  test('upload uses exactly the printed actions to put, follow and fetch rejects', 60_000, async (ministack) => {
    const fixture = await sharedFixture(ministack);
    const { proxy, printed } = fixture;
    const user = await createUserWithPolicy(ministack, printed);
    const ran = await uploadAs(fixture, user);
    expect(ran.status, ran.stderr).toBe(1);
    const stopped = await interruptedAs(fixture, user);
    expect(stopped.status, stopped.stderr).toBe(4);
    const used = proxy.actions().filter((action) => action !== 'sts:GetCallerIdentity');
    expect([...used, ...diagnosisActions].sort()).toEqual(listActions(printed));
  });

  test('upload names s3:AbortMultipartUpload if it cannot delete parts', 60_000, async (ministack) => {
    const fixture = await sharedFixture(ministack);
    const user = await createUserWithPolicy(ministack, removeAction('s3:AbortMultipartUpload', fixture.printed));
    const { status, stderr } = await interruptedAs(fixture, user);
    expect(status, stderr).toBe(3);
    expect(stderr).toContain('ACCESS_DENIED');
    expect(stderr).toContain('s3:AbortMultipartUpload');
  });
});
