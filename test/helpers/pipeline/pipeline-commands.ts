import { csv2ddb } from '../run/csv2ddb.ts';
import type { RunResult } from '../run/run.ts';
import type { Pipeline } from './pipeline.ts';

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
