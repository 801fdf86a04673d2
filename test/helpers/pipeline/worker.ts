import { paginateScan } from '@aws-sdk/client-dynamodb';
import { startCsv2ddb } from '../run/csv2ddb.ts';
import type { Running, RunOptions, RunResult } from '../run/run.ts';
import { until } from '../until.ts';
import type { Pipeline } from './pipeline.ts';

/** Returns the arguments that start a worker for a pipeline. */
export function workerArgs({ table, bucket, queue }: Pipeline): string[] {
  return ['worker', '--table', table, '--bucket', bucket, '--queue-url', queue.url];
}

/** Starts a worker process for the pipeline. It publishes to the pipeline's topic, if there is one. */
export function startWorker(
  pipeline: Pipeline,
  more: readonly string[] = [],
  options: Partial<RunOptions> = {},
): Running {
  const { ministack, topic } = pipeline;
  const notify = topic === undefined ? [] : ['--notify', topic.arn];
  return startCsv2ddb(ministack, [...workerArgs(pipeline), ...notify, ...more], { timeoutMs: 280_000, ...options });
}

export function workUntilEmpty(pipeline: Pipeline, more: readonly string[] = []): Promise<RunResult> {
  return startWorker(pipeline, ['--until-empty', ...more]).ended;
}

/** Starts a worker, and sends SIGTERM once items are loaded. @returns also the `ms` from the signal to the end. */
export async function stopMidLoad(
  pipeline: Pipeline,
  more: readonly string[] = [],
): Promise<RunResult & { readonly ms: number }> {
  const worker = startWorker(pipeline, more);
  await waitUntilLoading(pipeline);
  const startMs = performance.now();
  worker.child.kill('SIGTERM');
  const result = await worker.ended;
  return { ...result, ms: performance.now() - startMs };
}

/** Waits until the table has more items than it has now. */
export async function waitUntilLoading({ ministack: { dynamodb }, table }: Pipeline): Promise<void> {
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
