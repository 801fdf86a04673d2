import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { csvBytes, everyKeyTimes } from '../helpers/csv.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { type AtEnd, withMinistack } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, putDefaultSettings } from '../helpers/pipeline/files.ts';
import {
  addLoader,
  type FunctionCall,
  callsOf,
  functionZip,
  type LogLine,
  untilEnded,
  zipThatDies,
} from '../helpers/pipeline/loader-function.ts';
import { eventOf, sendMessage } from '../helpers/pipeline/messages.ts';
import { nothingPending, published } from '../helpers/pipeline/outcome.ts';
import { makePipeline, type Pipeline, type PipelineFunction } from '../helpers/pipeline/pipeline.ts';
import { type FaultProxy, startFaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { tempDir } from '../helpers/temp.ts';

/** Of the function; it stops by itself after three fifths of it. */
const timeoutS = 5;
/** The least that Lambda takes: each call may be one of another process. */
const maximumConcurrency = 2;

interface Slow {
  readonly pipeline: Pipeline;
  readonly records: number;
  readonly file: string;
  readonly bytes: Buffer;
}

/**
 * A file of keys that all come twice, near each other or far apart, and a pipeline that writes 250 of its items a second: it
 * takes longer than a call does.
 */
async function slowPipeline(aws: Ministack, keys: number): Promise<Slow> {
  const bytes = csvBytes(everyKeyTimes(keys, 2));
  const file = join(tempDir(), 'twice.csv');
  writeFileSync(file, bytes);
  const pipeline = await makePipeline(aws, { topic: true });
  await putDefaultSettings(pipeline, { 'max-write-units': 250 });
  return { pipeline, records: keys * 2, file, bytes };
}

async function expectLoaded({ pipeline, records, file, bytes }: Slow, timeoutMs: number): Promise<void> {
  const { summaries, pending } = await untilEnded(pipeline, 1, timeoutMs);
  expect(pending).toEqual(nothingPending);
  expect(summaries).toHaveLength(1);
  const [summary] = summaries;
  expect(summary).toMatchObject({
    ...{ run: 1, state: 'done', order: 'file', exitStatus: 0, error: null },
    ...{ read: records, skipped: 0, filtered: 0, rejected: 0, bytes: bytes.length },
  });
  expect((summary?.written ?? 0) + (summary?.superseded ?? 0)).toBe(records);
  expect(await differencesFrom(pipeline, file)).toEqual([]);
  expect((await published(pipeline)).map(({ summary: told }) => told)).toEqual(summaries);
}

/** How often messages came back. */
const returnsOf = (tasks: readonly { readonly receives: number }[]): number =>
  tasks.reduce((sum, { receives }) => sum + receives - 1, 0);

/**
 * A proxy to DynamoDB that lets the process of a function (see `zipThatDies`) end while the fifth request of a call is under
 * way: so it has a lease, and something is written.
 * @param call from which one on, counted from 1; on a busy machine one may come to its end without a request.
 */
function proxyThatKills(endpoint: string, folder: string, call: number): Promise<FaultProxy> {
  let seen = { call: 0, requests: 0 };
  const onRequest = (): void => {
    const now = callsCounted(folder);
    seen = { call: now, requests: now === seen.call ? seen.requests + 1 : 1 };
    const isIt = now >= call && seen.requests === 5;
    if (isIt && !existsSync(join(folder, 'died'))) writeFileSync(join(folder, 'die'), '');
  };
  return startFaultProxy(endpoint, { onRequest });
}

/** Puts a function behind the queue of a pipeline, and the proxy before its DynamoDB. */
function addLoaderBehind(
  proxy: FaultProxy,
  pipeline: Pipeline,
  atEnd: AtEnd,
  zip = functionZip(),
): Promise<PipelineFunction> {
  atEnd(() => proxy.stop());
  const env = { AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint };
  return addLoader(pipeline, { timeoutS, maximumConcurrency, env, zip });
}

/** How often the function of `zipThatDies` was called. */
function callsCounted(folder: string): number {
  const file = join(folder, 'calls');
  return existsSync(file) ? statSync(file).size : 0;
}

/** What became of tasks, the first one first. */
const tasksOf = (told: readonly LogLine[]) =>
  told
    .toSorted((one, other) => one.time.localeCompare(other.time))
    .flatMap(({ tasks = [], receives, seconds }) => tasks.map((task) => ({ ...task, receives, seconds })));

const tasksIn = (calls: readonly FunctionCall[]) => tasksOf(calls.flatMap(({ messages }) => messages));

const readBy = (tasks: readonly { readonly read?: number | undefined }[]): number =>
  tasks.reduce((sum, { read = 0 }) => sum + read, 0);

/** Whether messages tell of the reading of so many records, or of more. */
const tellOf =
  (records: number) =>
  (told: readonly LogLine[]): boolean =>
    readBy(tasksOf(told)) >= records;

describe('a function of a few seconds', () => {
  const { test, together } = withMinistack();

  test('hands a file over that it cannot load in its time, again and again', 120_000, async (aws) => {
    const slow = await slowPipeline(aws, 4_000);
    const { pipeline, records, bytes } = slow;
    const loader = await addLoader(pipeline, { timeoutS, maximumConcurrency });
    await pipeline.putObject('import/twice.csv', bytes);
    await expectLoaded(slow, 90_000);

    const tasks = tasksIn(await callsOf(pipeline, loader, tellOf(records)));
    const [last, ...before] = tasks.toReversed();
    expect(before.length).toBeGreaterThanOrEqual(4);
    for (const task of before) expect(task).toMatchObject({ task: 0, outcome: 'handed over', receives: 1 });
    expect(last).toMatchObject({ task: 0, outcome: 'the job has ended', receives: 1, summary: { read: records } });
    // None has come near the end of its time, and none has counted what another one has.
    for (const task of tasks) expect(task.seconds).toBeLessThan(timeoutS - 0.5);
    expect(before.filter(({ bytes: some = 0 }) => some > 0).length).toBeGreaterThanOrEqual(4);
    expect(readBy(tasks)).toBe(records);
    expect(tasks.reduce((sum, { bytes: some = 0 }) => sum + some, 0)).toBe(bytes.length);
  });

  together(
    'that dies in the middle is followed by one that goes on from the last checkpoint',
    180_000,
    async (aws, atEnd) => {
      const slow = await slowPipeline(aws, 2_000);
      const { pipeline, bytes } = slow;
      const folder = tempDir();
      const proxy = await proxyThatKills(aws.endpoint, folder, 2);
      const loader = await addLoaderBehind(proxy, pipeline, atEnd, zipThatDies(folder));
      await pipeline.putObject('import/twice.csv', bytes);
      await expectLoaded(slow, 150_000);

      // The dead one has said nothing, and its message has come back.
      const calls = callsCounted(folder);
      const tasks = tasksIn(await callsOf(pipeline, loader, calls - 1));
      expect(tasks).toHaveLength(calls - 1);
      expect(returnsOf(tasks)).toBe(1);
      expect(tasks[0]).toMatchObject({ receives: 1, outcome: 'handed over' });
    },
  );

  together('that dies is followed sooner where the event comes twice', 180_000, async (aws, atEnd) => {
    const slow = await slowPipeline(aws, 2_000);
    const { pipeline, bytes } = slow;
    const folder = tempDir();
    const proxy = await proxyThatKills(aws.endpoint, folder, 1);
    const loader = await addLoaderBehind(proxy, pipeline, atEnd, zipThatDies(folder));
    await pipeline.putObject('import/twice.csv', bytes);
    await vi.waitUntil(() => existsSync(join(folder, 'died')), { timeout: 60_000 });
    await sendMessage(pipeline, eventOf(pipeline.bucket, 'import/twice.csv'));
    await expectLoaded(slow, 150_000);

    // The second event waits for the end of the lease; the first one comes back when its time is over, and changes nothing.
    const tasks = tasksIn(await callsOf(pipeline, loader, callsCounted(folder) - 1));
    const outcomes = tasks.map(({ outcome }) => outcome);
    expect(outcomes).toContain('waits: somebody works on it');
    expect(outcomes).toContain('the job has ended');
    expect(returnsOf(tasks)).toBe(1);
  });

  together(
    'that Lambda ends, because DynamoDB did not answer, writes nothing later than it may',
    180_000,
    async (aws, atEnd) => {
      const slow = await slowPipeline(aws, 2_000);
      const { pipeline, records, bytes } = slow;
      let firstMs: number | undefined;
      const proxy = await startFaultProxy(aws.endpoint, {
        // What it sends arrives when it is dead, and the time of its lease is not over.
        onRequest: async () => {
          firstMs ??= performance.now();
          const sinceMs = performance.now() - firstMs;
          if (sinceMs < timeoutS * 1000) await sleep(9_000 - sinceMs);
        },
      });
      const loader = await addLoaderBehind(proxy, pipeline, atEnd);
      await pipeline.putObject('import/twice.csv', bytes);
      await expectLoaded(slow, 150_000);

      const tasks = tasksIn(await callsOf(pipeline, loader, tellOf(records)));
      expect(tasks.length).toBeGreaterThanOrEqual(3);
      const timedOut = (await loader.log()).filter((line) => line.startsWith('Task timed out'));
      expect(timedOut.length).toBeGreaterThanOrEqual(1);
      expect(returnsOf(tasks)).toBe(timedOut.length);
      expect(readBy(tasks)).toBe(records);
    },
  );
});
