import { descriptionKey, formatDescription, type PipelineDescription } from '../../../src/pipeline/description.ts';
import type { Ministack } from '../emulators/ministack.ts';
import { csv2ddb } from '../run/csv2ddb.ts';
import type { RunResult } from '../run/run.ts';
import { makePipeline, type Pipeline, type PipelineOptions } from './pipeline.ts';

/** Puts the pipeline's description into its bucket, as `provision` does. */
export async function putDescription(pipeline: Pipeline, more: Partial<PipelineDescription> = {}): Promise<void> {
  const { table, queue, deadLetters, topic } = pipeline;
  const description: PipelineDescription = {
    name: null,
    table,
    queueUrl: queue.url,
    deadLettersUrl: deadLetters.url,
    notify: topic?.arn ?? null,
    prefix: 'import/',
    suffix: null,
    function: null,
    ...more,
  };
  await pipeline.putObject(descriptionKey, formatDescription(description));
}

/** Creates a pipeline that commands can find by its bucket, as `provision` does. */
export async function makeDescribedPipeline(
  ministack: Ministack,
  options: PipelineOptions = {},
  more: Partial<PipelineDescription> = {},
): Promise<Pipeline> {
  const pipeline = await makePipeline(ministack, options);
  await putDescription(pipeline, { suffix: options.suffix ?? null, ...more });
  return pipeline;
}

/** Runs a command with the pipeline's bucket. */
export function runPipelineCommand(
  pipeline: Pipeline,
  command: string,
  ...more: readonly string[]
): Promise<RunResult> {
  return csv2ddb(pipeline.ministack, [command, '--bucket', pipeline.bucket, ...more]);
}

/** Runs a command with the pipeline's bucket and returns its `--json` output. */
export async function readPipelineJson<T>(pipeline: Pipeline, command: string, ...more: readonly string[]): Promise<T> {
  const { status, stdout, stderr } = await runPipelineCommand(pipeline, command, '--json', ...more);
  if (status !== 0) throw new Error(`csv2ddb ${command} ended with status ${String(status)}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
