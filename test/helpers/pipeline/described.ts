import { descriptionName, descriptionText, type Description } from '../../../src/pipeline/description.ts';
import type { Pipeline } from './pipeline.ts';
import { run, tempDir, type RunResult } from '../run/run.ts';
import { environmentFor } from './worker.ts';

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

/** Runs a command about a pipeline, which is named by its bucket. */
export function runFor(pipeline: Pipeline, command: string, ...more: readonly string[]): Promise<RunResult> {
  const env = environmentFor(pipeline.ministack);
  return run([command, '--bucket', pipeline.bucket, ...more], { cwd: tempDir(), env });
}

/** What a command about a pipeline prints with `--json`. */
export async function jsonFor<T>(pipeline: Pipeline, command: string, ...more: readonly string[]): Promise<T> {
  const { status, stdout, stderr } = await runFor(pipeline, command, '--json', ...more);
  if (status !== 0) throw new Error(`csv2ddb ${command} ended with ${String(status)}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
