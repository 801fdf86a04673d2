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

/** What all tests look at. */
interface Place {
  readonly ministack: Ministack;
  readonly proxy: RecordingProxy;
  readonly printed: Policy;
}

let made: Promise<Place> | undefined;

/** Made by whichever test comes first. */
async function placeIn(ministack: Ministack): Promise<Place> {
  const place = await (made ??= makePlace(ministack));
  place.proxy.forget();
  return place;
}

async function makePlace(ministack: Ministack): Promise<Place> {
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

/** A file with a record that is rejected; another one each time. */
function file(): { readonly cwd: string; readonly name: string } {
  const name = `people-${++files}.csv`;
  return { cwd: folderWith({ [name]: 'id,age\n1,7\n2,old\n' }), name };
}

/** Uploads it as this user, with settings, and waits for its rejects. */
async function uploadAs({ ministack, proxy }: Place, user: TestCredentials): Promise<RunResult> {
  const { cwd, name } = file();
  const args = ['upload', name, '--wait', '--types', 'age:N', '--endpoint-url', proxy.endpoint, ...which];
  return csv2ddb({ ...ministack, credentials: user }, args, { cwd });
}

/** The same in this process, where what takes minutes can be short. */
function uploadHereAs({ ministack, proxy }: Place, user: TestCredentials): Promise<UploadedHere> {
  const { cwd, name } = file();
  const times = { pollMs: 100, beginMs: 1_000, quietMs: 1_000 };
  const options = { name: 'up', wait: 'true', endpointUrl: proxy.endpoint };
  return uploadHere({ ...ministack, credentials: user }, join(cwd, name), times, options);
}

/** Puts more than one part, and is told to stop in the middle: what is there already is taken away. */
async function interruptedAs({ ministack, proxy }: Place, user: TestCredentials): Promise<RunResult> {
  const args = ['upload', '--key', 'big.csv', '--endpoint-url', proxy.endpoint, ...which];
  const { child, ended } = startCsv2ddb({ ...ministack, credentials: user }, args, { stdin: null });
  child.stdin?.write(Buffer.alloc(66 * 1024 ** 2, 'id\n'));
  await vi.waitFor(() => {
    expect(proxy.seen.some(({ url }) => url.includes('partNumber='))).toBe(true);
  }, 30_000);
  child.kill('SIGINT');
  return ended;
}

describe('upload under a user with its printed policy', () => {
  const { test } = withMinistack({ auth: true });

  for (const action of ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 'sqs:GetQueueAttributes']) {
    test(`without ${action} it fails, and says so`, 60_000, async (ministack) => {
      const place = await placeIn(ministack);
      const ran = await uploadAs(place, await userWith(ministack, without(action, place.printed)));
      expect(ran.status, ran.stderr).toBe(3);
      expect(ran.stderr).toContain('ACCESS_DENIED');
      expect(ran.stderr).toContain(action);
    });
  }

  test(
    'it puts, follows, fetches rejects, and says what is wrong; what is used is what is printed',
    60_000,
    async (ministack) => {
      const place = await placeIn(ministack);
      const { proxy, printed } = place;
      const user = await userWith(ministack, printed);
      const ran = await uploadAs(place, user);
      expect(ran.status, ran.stderr).toBe(1);
      // And nobody is there to load.
      const { EventSourceMappings: [mapping] = [] } = await ministack.lambda.send(
        new ListEventSourceMappingsCommand({ FunctionName: 'csv2ddb-up' }),
      );
      await ministack.lambda.send(new DeleteEventSourceMappingCommand({ UUID: mapping?.UUID }));
      const stalled = await uploadHereAs(place, user);
      expect(stalled.status).toBe(3);
      expect(stalled.stderr).toContain('the function has no event source mapping from the queue');
      const stopped = await interruptedAs(place, user);
      expect(stopped.status, stopped.stderr).toBe(4);
      const used = proxy.actions().filter((action) => action !== 'sts:GetCallerIdentity');
      expect(used).toEqual(actionsOf(printed));
    },
  );

  for (const action of ['s3:GetBucketNotification', 'lambda:ListEventSourceMappings']) {
    test(`without ${action} it says what it could not look at`, 60_000, async (ministack) => {
      const place = await placeIn(ministack);
      const { status, stderr } = await uploadHereAs(place, await userWith(ministack, without(action, place.printed)));
      expect(status).toBe(3);
      expect(stderr).toContain('JOB_STALLED');
      expect(stderr).toContain(action);
    });
  }

  test('without s3:AbortMultipartUpload it says that parts are left', 60_000, async (ministack) => {
    const place = await placeIn(ministack);
    const user = await userWith(ministack, without('s3:AbortMultipartUpload', place.printed));
    const { status, stderr } = await interruptedAs(place, user);
    expect(status, stderr).toBe(3);
    expect(stderr).toContain('ACCESS_DENIED');
    expect(stderr).toContain('s3:AbortMultipartUpload');
  });
});
