import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { deriveNames } from '../../src/pipeline/names.ts';
import { buildPolicy } from '../../src/pipeline/permissions/build-policy.ts';
import type { Policy } from '../../src/pipeline/permissions/policy.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { createUserWithPolicy, removeAction } from '../helpers/emulators/policy-user.ts';
import { type AtEnd, withMinistack } from '../helpers/emulators/with-ministack.ts';
import { makeDescribedPipeline } from '../helpers/pipeline/description.ts';
import type { Pipeline } from '../helpers/pipeline/pipeline.ts';
import { type InProcessResult, uploadInProcess } from '../helpers/pipeline/upload-in-process.ts';
import { startRecordingProxy } from '../helpers/proxy/recording-proxy.ts';
import { makeFolder } from '../helpers/temp.ts';

/** The actions of the diagnosis only. test/installed/upload-permissions.test.ts covers the others. */
const diagnosisActions = ['lambda:ListEventSourceMappings', 's3:GetBucketNotification'];

function nameOf({ arn }: Pipeline['queue']): string {
  return arn.split(':').at(-1) ?? '';
}

/** Returns the policy of `upload --wait`. */
function policyOf({ ministack, bucket, queue, deadLetters, table }: Pipeline): Policy {
  const place = { account: ministack.account, region: ministack.region, partition: 'aws' };
  const queues = { queue: nameOf(queue), deadLetters: nameOf(deadLetters) };
  const names = { ...deriveNames(undefined, place), ...queues };
  return buildPolicy('upload', ['wait'], {
    place,
    table,
    sources: [],
    topics: [],
    pipeline: { names, bucket, prefix: 'import/' },
  });
}

/** Uploads a file with the policy into a pipeline that has no loader, and waits for its job with short timeouts. */
async function stall(
  pipeline: Pipeline,
  policy: Policy,
  atEnd: AtEnd,
): Promise<InProcessResult & { readonly actions: readonly string[] }> {
  const { ministack, bucket } = pipeline;
  const proxy = await startRecordingProxy(ministack.endpoint);
  atEnd(() => proxy.stop());
  const caller = { ...ministack, credentials: await createUserWithPolicy(ministack, policy) };
  const times = { pollIntervalMs: 100, startTimeoutMs: 1_000, stallTimeoutMs: 1_000 };
  const file = join(makeFolder({ 'people.csv': 'id,age\n1,7\n' }), 'people.csv');
  const result = await uploadInProcess(caller, file, times, { bucket, wait: 'true', endpointUrl: proxy.endpoint });
  return { ...result, actions: proxy.actions() };
}

/** Creates a pipeline with a function that does not exist. */
function makeLoaderless(ministack: Ministack): Promise<Pipeline> {
  return makeDescribedPipeline(ministack, {}, { function: 'csv2ddb' });
}

describe('the diagnosis of upload --wait', () => {
  const { test } = withMinistack({ auth: true });

  test('uses the actions of the policy', 60_000, async (ministack, atEnd) => {
    const pipeline = await makeLoaderless(ministack);
    const { status, stderr, actions } = await stall(pipeline, policyOf(pipeline), atEnd);
    expect(status, stderr).toBe(3);
    expect(stderr).toContain('the function has no event source mapping for the queue');
    expect(stderr).not.toContain('ACCESS_DENIED');
    expect(actions).toEqual(expect.arrayContaining(diagnosisActions));
  });

  for (const action of diagnosisActions) {
    test(`names ${action} if it is missing`, 60_000, async (ministack, atEnd) => {
      const pipeline = await makeLoaderless(ministack);
      const { status, stderr } = await stall(pipeline, removeAction(action, policyOf(pipeline)), atEnd);
      expect(status).toBe(3);
      expect(stderr).toContain('JOB_STALLED');
      expect(stderr).toContain(action);
    });
  }
});
