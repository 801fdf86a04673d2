import { startCsv2ddb } from '../run/csv2ddb.ts';
import { lastJson, type RunOptions, type Running, type RunResult } from '../run/run.ts';
import type { Pipeline } from './pipeline.ts';

/** Starts `csv2ddb upload` for a pipeline. */
export function startUpload(
  { ministack, bucket }: Pipeline,
  args: readonly string[],
  options: Partial<RunOptions> & Pick<RunOptions, 'cwd'>,
): Running {
  return startCsv2ddb(ministack, ['upload', '--bucket', bucket, ...args], { timeoutMs: 100_000, ...options });
}

export function runUpload(...args: Parameters<typeof startUpload>): Promise<RunResult> {
  return startUpload(...args).ended;
}

/** The `--json` output of `upload` without `--wait`. */
export interface UploadOutput {
  readonly bucket: string;
  readonly uploads: readonly {
    readonly file: string;
    readonly key: string;
    readonly job: string;
    readonly bytes: number;
    readonly state: string;
    readonly follow: string;
  }[];
  readonly exitStatus: number;
  readonly error: { readonly code: string } | null;
}

export function parseUploadOutput(result: RunResult): UploadOutput {
  return lastJson(result) as UploadOutput;
}
