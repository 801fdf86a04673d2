import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paginateScan } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import type { JobSummary } from '../../src/pipeline/state/job-end.ts';
import type { JobState } from '../../src/pipeline/state/job.ts';
import type { TaskState } from '../../src/pipeline/state/task.ts';
import { compareTableWithFile, type Mapping } from './compare.ts';
import type { Ministack, MinistackOptions } from './ministack.ts';
import type { Depth, Pipeline } from './pipeline.ts';
import { type Running, type RunOptions, type RunResult, start, tempDir } from './run.ts';
import { withMinistack, type MinistackTest } from './with-ministack.ts';

/** Tests that need a ministack, all of a file the same one. */
export interface MinistackTests {
  readonly ministack: () => Ministack;
  /** A test that is skipped where there is no ministack. */
  readonly test: MinistackTestOf;
  /** The same at the same time, for those that wait more than they work. */
  readonly together: MinistackTestOf;
}

type MinistackTestOf = (title: string, body: () => Promise<void>, timeoutMs?: number) => void;

/** To be called once, when a test file is collected. */
export function ministackTests(options: MinistackOptions = {}): MinistackTests {
  let ministack: Ministack | undefined;
  const defined = withMinistack(options);
  const testBy =
    (test: MinistackTest): MinistackTestOf =>
    (title, body, timeoutMs = 120_000) => {
      test(title, timeoutMs, async (started) => {
        ministack = started;
        await body();
      });
    };
  return {
    ministack: () => {
      if (ministack === undefined) throw new Error('no ministack');
      return ministack;
    },
    test: testBy(defined.test),
    together: testBy(defined.together),
  };
}

/** Done by whichever test comes first, for all that look at what came of it. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** What says where a pipeline is. */
export function workerArgs({ table, bucket, queue }: Pipeline): string[] {
  return ['worker', '--table', table, '--bucket', bucket, '--queue-url', queue.url];
}

/** A worker of the pipeline as a process of its own. It tells the pipeline's topic, where there is one. */
export function startWorker(
  pipeline: Pipeline,
  more: readonly string[] = [],
  options: Partial<RunOptions> = {},
): Running {
  const { ministack, topic } = pipeline;
  const notify = topic === undefined ? [] : ['--notify', topic.arn];
  return start([...workerArgs(pipeline), ...notify, ...more], {
    cwd: tempDir(),
    timeoutMs: 280_000,
    ...options,
    env: { ...environmentFor(ministack), ...options.env },
  });
}

export function environmentFor({ endpoint, region, credentials }: Ministack): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

export function workUntilEmpty(pipeline: Pipeline, more: readonly string[] = []): Promise<RunResult> {
  return startWorker(pipeline, ['--until-empty', ...more]).ended;
}

/** Summaries of all jobs that have ended, in the order of their objects' keys. */
export async function summariesOf(pipeline: Pipeline): Promise<JobSummary[]> {
  const names = (await pipeline.list('state/jobs/')).filter((key) => key.includes('/summary-'));
  const summaries = await Promise.all(names.map((name) => readState<JobSummary>(pipeline, name)));
  return summaries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** The summary of the one job that an object has had. */
export async function summaryFor(pipeline: Pipeline, key: string): Promise<JobSummary> {
  const [summary, ...others] = (await summariesOf(pipeline)).filter((one) => one.key === key);
  if (summary === undefined || others.length > 0) {
    throw new Error(`${key} has ${others.length + (summary === undefined ? 0 : 1)} summaries, one was expected`);
  }
  return summary;
}

/** How many records a summary accounts for, one way or another. */
export function accountedFor({ written, superseded, skipped, filtered, rejected }: JobSummary): number {
  return written + superseded + skipped + filtered + rejected;
}

/** States of all jobs, also of those that have not ended. */
export async function jobsOf(pipeline: Pipeline): Promise<JobState[]> {
  const names = (await pipeline.list('state/jobs/')).filter((key) => key.endsWith('/job'));
  return Promise.all(names.map((name) => readState<JobState>(pipeline, name)));
}

/** States of the tasks of all jobs. */
export async function tasksOf(pipeline: Pipeline): Promise<TaskState[]> {
  const names = (await pipeline.list('state/jobs/')).filter((key) => key.includes('/tasks/'));
  return Promise.all(names.map((name) => readState<TaskState>(pipeline, name)));
}

async function readState<T>(pipeline: Pipeline, name: string): Promise<T> {
  return (JSON.parse(await pipeline.getText(name)) as { readonly state: T }).state;
}

/** What is still to be done in a pipeline. */
export async function left(pipeline: Pipeline): Promise<{ readonly queue: Depth; readonly open: readonly string[] }> {
  return { queue: await pipeline.depth(pipeline.queue.url), open: await pipeline.list('state/open/') };
}

/** `left` of a pipeline that has done all that it had to do. */
export const nothingLeft = { queue: { visible: 0, inFlight: 0, delayed: 0 }, open: [] };

/** Summaries that the topic was told, with what stood around them. */
export async function published(pipeline: Pipeline): Promise<{ subject: string; summary: JobSummary }[]> {
  if (pipeline.topic === undefined) throw new Error('the pipeline has no topic');
  const messages = await pipeline.receiveAll(pipeline.topic.queue.url);
  return messages.map(({ Body = '' }) => {
    const { Subject: subject, Message: message } = JSON.parse(Body) as Record<'Subject' | 'Message', string>;
    return { subject, summary: JSON.parse(message.split('\n').at(-1) ?? '') as JobSummary };
  });
}

/** Puts a file under a key of the pipeline, and keeps it for a comparison. @returns its path here */
export async function putFile(
  pipeline: Pipeline,
  key: string,
  bytes: string | Uint8Array,
  metadata?: Readonly<Record<string, string>>,
): Promise<string> {
  const path = join(tempDir(), 'file.csv');
  writeFileSync(path, bytes);
  await pipeline.putObject(key, bytes, metadata);
  return path;
}

/** Puts settings where objects name them. @returns the metadata of such an object */
export async function putSettings(
  pipeline: Pipeline,
  settings: Readonly<Record<string, unknown>>,
): Promise<Record<string, string>> {
  const body = JSON.stringify(settings);
  const sha256 = createHash('sha256').update(body).digest('hex');
  await pipeline.putObject(`state/settings/${sha256}`, body);
  return { 'csv2ddb-settings': sha256 };
}

/** Where the table is not what the files, loaded one after the other, leave behind; see `compareTableWithFile`. */
export function differencesFrom(
  { ministack, table }: Pipeline,
  files: string | readonly string[],
  mapping: Partial<Mapping> = {},
): Promise<string[]> {
  return compareTableWithFile(ministack.dynamodb, table, files, { keys: ['id'], ...mapping });
}

/** Waits until the table has more items than it has now. */
export async function somethingLoaded({ ministack: { dynamodb }, table }: Pipeline): Promise<void> {
  const count = async (): Promise<number> => {
    let items = 0;
    for await (const { Count = 0 } of paginateScan({ client: dynamodb }, { TableName: table, Select: 'COUNT' })) {
      items += Count;
    }
    return items;
  };
  const before = await count();
  await until(async () => (await count()) > before);
}

/** Waits until something holds. */
export function until(holds: () => Promise<boolean> | boolean, timeoutMs = 60_000): Promise<void> {
  const check = async (): Promise<void> => {
    if (!(await holds())) throw new Error('it does not hold');
  };
  return vi.waitFor(check, { timeout: timeoutMs, interval: 50 });
}

/** Puts a message in the pipeline's queue. */
export async function sendMessage({ ministack: { sqs }, queue }: Pipeline, body: unknown): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  await sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: text }));
}
