import { descriptionName, descriptionText, type Description } from '../../../src/pipeline/description.ts';
import type { Ministack } from '../emulators/ministack.ts';
import { csv2ddb } from '../run/csv2ddb.ts';
import type { RunResult } from '../run/run.ts';
import { makePipeline, type Pipeline, type PipelineOptions } from './pipeline.ts';

/** Says in the pipeline's bucket what it is, as provision does. */
export async function describePipeline(pipeline: Pipeline, more: Partial<Description> = {}): Promise<void> {
  const { table, queue, deadLetters, topic } = pipeline;
  const description: Description = {
    ...{ name: null, table, queueUrl: queue.url, deadLettersUrl: deadLetters.url, notify: topic?.arn ?? null },
    ...{ prefix: 'import/', suffix: null, function: null },
    ...more,
  };
  await pipeline.putObject(descriptionName, descriptionText(description));
}

/** Makes a pipeline that commands find by its bucket, as `provision` leaves one. */
export async function describedPipeline(
  ministack: Ministack,
  options: PipelineOptions = {},
  more: Partial<Description> = {},
): Promise<Pipeline> {
  const pipeline = await makePipeline(ministack, options);
  await describePipeline(pipeline, { suffix: options.suffix ?? null, ...more });
  return pipeline;
}

/** Runs a command about a pipeline, which is named by its bucket. */
export function runFor(pipeline: Pipeline, command: string, ...more: readonly string[]): Promise<RunResult> {
  return csv2ddb(pipeline.ministack, [command, '--bucket', pipeline.bucket, ...more]);
}

/** What a command about a pipeline prints with `--json`. */
export async function jsonFor<T>(pipeline: Pipeline, command: string, ...more: readonly string[]): Promise<T> {
  const { status, stdout, stderr } = await runFor(pipeline, command, '--json', ...more);
  if (status !== 0) throw new Error(`csv2ddb ${command} ended with ${String(status)}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
