import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { formatCsv, makeEqualKeys } from '../helpers/csv.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { type AtEnd, withMinistack } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, putDefaultSettings } from '../helpers/pipeline/files.ts';
import {
  addLoader,
  type FunctionCall,
  readCalls,
  readFunctionZip,
  type LogLine,
  waitUntilEnded,
  makeCrashingZip,
} from '../helpers/pipeline/loader-function.ts';
import { makeEvent, sendMessage } from '../helpers/pipeline/messages.ts';
import { nothingPending, receivePublished } from '../helpers/pipeline/read-state.ts';
import { makePipeline, type Pipeline, type PipelineFunction } from '../helpers/pipeline/pipeline.ts';
import { type FaultProxy, startFaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { tempDir } from '../helpers/temp.ts';

/** Timeout of the function, which hands over after three fifths of it. */
const timeoutS = 5;
/** The minimum that Lambda allows, so calls may run in different processes. */
const maximumConcurrency = 2;

interface SlowLoad {
  readonly pipeline: Pipeline;
  readonly records: number;
  readonly file: string;
  readonly bytes: Buffer;
}

/**
 * Makes a file in which every key occurs twice, near or far apart, and a pipeline that writes 250 items per second. The
 * load takes longer than one call.
 */
async function slowPipeline(aws: Ministack, keys: number): Promise<SlowLoad> {
  const bytes = formatCsv(makeEqualKeys(keys, 2));
  const file = join(tempDir(), 'twice.csv');
  writeFileSync(file, bytes);
  const pipeline = await makePipeline(aws, { topic: true });
  await putDefaultSettings(pipeline, { 'max-write-units': 250 });
  return { pipeline, records: keys * 2, file, bytes };
}

async function expectLoaded({ pipeline, records, file, bytes }: SlowLoad, timeoutMs: number): Promise<void> {
  const { summaries, pending } = await waitUntilEnded(pipeline, 1, timeoutMs);
  expect(pending).toEqual(nothingPending);
  expect(summaries).toHaveLength(1);
  const [summary] = summaries;
  expect(summary).toMatchObject({
    run: 1,
    state: 'done',
    order: 'file',
    exitStatus: 0,
    error: null,
    read: records,
    skipped: 0,
    filtered: 0,
    rejected: 0,
    bytes: bytes.length,
  });
  expect((summary?.written ?? 0) + (summary?.superseded ?? 0)).toBe(records);
  expect(await differencesFrom(pipeline, file)).toEqual([]);
  expect((await receivePublished(pipeline)).map((message) => message.summary)).toEqual(summaries);
}

/** Counts how often messages returned to the queue. */
const countReturns = (tasks: readonly { readonly receives: number }[]): number =>
  tasks.reduce((sum, { receives }) => sum + receives - 1, 0);

/**
 * Starts a proxy to DynamoDB that kills the function process (see `zipThatDies`) during the fifth request of a call, when
 * it has a lease and has written something.
 * @param call first call that may be killed, from 1; on a busy machine a call may end without a request
 */
function proxyThatKills(endpoint: string, folder: string, call: number): Promise<FaultProxy> {
  let seen = { call: 0, requests: 0 };
  const onRequest = (): void => {
    const now = countCalls(folder);
    seen = { call: now, requests: now === seen.call ? seen.requests + 1 : 1 };
    const shouldDie = now >= call && seen.requests === 5;
    if (shouldDie && !existsSync(join(folder, 'died'))) writeFileSync(join(folder, 'die'), '');
  };
  return startFaultProxy(endpoint, { onRequest });
}

/** Adds the function to a pipeline and sends its DynamoDB requests through the proxy. */
function addLoaderBehind(
  proxy: FaultProxy,
  pipeline: Pipeline,
  atEnd: AtEnd,
  zip = readFunctionZip(),
): Promise<PipelineFunction> {
  atEnd(() => proxy.stop());
  const env = { AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint };
  return addLoader(pipeline, { timeoutS, maximumConcurrency, env, zip });
}

/** Counts the calls of the function of `zipThatDies`. */
function countCalls(folder: string): number {
  const file = join(folder, 'calls');
  return existsSync(file) ? statSync(file).size : 0;
}

/** Returns the tasks of log lines in order of time. */
const tasksOf = (lines: readonly LogLine[]) =>
  lines
    .toSorted((one, other) => one.time.localeCompare(other.time))
    .flatMap(({ tasks = [], receives, seconds }) => tasks.map((task) => ({ ...task, receives, seconds })));

const tasksIn = (calls: readonly FunctionCall[]) => tasksOf(calls.flatMap(({ messages }) => messages));

const sumRead = (tasks: readonly { readonly read?: number | undefined }[]): number =>
  tasks.reduce((sum, { read = 0 }) => sum + read, 0);

/** Makes a check that log lines report at least this many records read. */
const hasRead =
  (records: number) =>
  (lines: readonly LogLine[]): boolean =>
    sumRead(tasksOf(lines)) >= records;

describe('a function with a timeout of a few seconds', () => {
  const { test, together } = withMinistack();

  test('hands over repeatedly a file that it cannot load in one call', 120_000, async (aws) => {
    const slow = await slowPipeline(aws, 4_000);
    const { pipeline, records, bytes } = slow;
    const loader = await addLoader(pipeline, { timeoutS, maximumConcurrency });
    await pipeline.putObject('import/twice.csv', bytes);
    await expectLoaded(slow, 90_000);

    const tasks = tasksIn(await readCalls(pipeline, loader, hasRead(records)));
    const [last, ...before] = tasks.toReversed();
    expect(before.length).toBeGreaterThanOrEqual(4);
    for (const task of before) expect(task).toMatchObject({ task: 0, outcome: 'handed over', receives: 1 });
    expect(last).toMatchObject({ task: 0, outcome: 'the job has ended', receives: 1, summary: { read: records } });
    // No call gets close to its timeout, and no record is counted twice.
    for (const task of tasks) expect(task.seconds).toBeLessThan(timeoutS - 0.5);
    expect(before.filter(({ bytes: some = 0 }) => some > 0).length).toBeGreaterThanOrEqual(4);
    expect(sumRead(tasks)).toBe(records);
    expect(tasks.reduce((sum, { bytes: some = 0 }) => sum + some, 0)).toBe(bytes.length);
  });

  together(
    'that dies during a load is followed by a call that resumes from the last checkpoint',
    180_000,
    async (aws, atEnd) => {
      const slow = await slowPipeline(aws, 2_000);
      const { pipeline, bytes } = slow;
      const folder = tempDir();
      const proxy = await proxyThatKills(aws.endpoint, folder, 2);
      const loader = await addLoaderBehind(proxy, pipeline, atEnd, makeCrashingZip(folder));
      await pipeline.putObject('import/twice.csv', bytes);
      await expectLoaded(slow, 150_000);

      // The killed call logged nothing, and its message returned to the queue.
      const calls = countCalls(folder);
      const tasks = tasksIn(await readCalls(pipeline, loader, calls - 1));
      expect(tasks).toHaveLength(calls - 1);
      expect(countReturns(tasks)).toBe(1);
      expect(tasks[0]).toMatchObject({ receives: 1, outcome: 'handed over' });
    },
  );

  together('that dies is replaced sooner if the event arrives twice', 180_000, async (aws, atEnd) => {
    const slow = await slowPipeline(aws, 2_000);
    const { pipeline, bytes } = slow;
    const folder = tempDir();
    const proxy = await proxyThatKills(aws.endpoint, folder, 1);
    const loader = await addLoaderBehind(proxy, pipeline, atEnd, makeCrashingZip(folder));
    await pipeline.putObject('import/twice.csv', bytes);
    await vi.waitUntil(() => existsSync(join(folder, 'died')), { timeout: 60_000 });
    await sendMessage(pipeline, makeEvent(pipeline.bucket, 'import/twice.csv'));
    await expectLoaded(slow, 150_000);

    // The second event waits for the lease to expire. The first returns after its visibility timeout and changes nothing.
    const tasks = tasksIn(await readCalls(pipeline, loader, countCalls(folder) - 1));
    const outcomes = tasks.map(({ outcome }) => outcome);
    expect(outcomes).toContain('waiting: another loader holds the lease');
    expect(outcomes).toContain('the job has ended');
    expect(countReturns(tasks)).toBe(1);
  });

  together(
    'that times out because DynamoDB does not answer writes nothing after its lease',
    180_000,
    async (aws, atEnd) => {
      const slow = await slowPipeline(aws, 2_000);
      const { pipeline, records, bytes } = slow;
      let firstMs: number | undefined;
      const proxy = await startFaultProxy(aws.endpoint, {
        // Its request arrives after it was killed and before its lease expires.
        onRequest: async () => {
          firstMs ??= performance.now();
          const sinceMs = performance.now() - firstMs;
          if (sinceMs < timeoutS * 1000) await sleep(9_000 - sinceMs);
        },
      });
      const loader = await addLoaderBehind(proxy, pipeline, atEnd);
      await pipeline.putObject('import/twice.csv', bytes);
      await expectLoaded(slow, 150_000);

      const tasks = tasksIn(await readCalls(pipeline, loader, hasRead(records)));
      expect(tasks.length).toBeGreaterThanOrEqual(3);
      const timedOut = (await loader.log()).filter((line) => line.startsWith('Task timed out'));
      expect(timedOut.length).toBeGreaterThanOrEqual(1);
      expect(countReturns(tasks)).toBe(timedOut.length);
      expect(sumRead(tasks)).toBe(records);
    },
  );
});
