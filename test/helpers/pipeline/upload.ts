import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { descriptionName, descriptionText, type Description } from '../../../src/pipeline/description.ts';
import { makePipeline, type Pipeline, type PipelineOptions } from './pipeline.ts';
import type { Ministack } from '../emulators/ministack.ts';
import { start, tempDir, type RunOptions, type Running, type RunResult } from '../run/run.ts';
import { environmentFor } from './worker.ts';

/** A pipeline that commands find by its bucket, as `provision` leaves one. */
export async function describedPipeline(
  ministack: Ministack,
  options: PipelineOptions = {},
  more: Partial<Description> = {},
): Promise<Pipeline> {
  const pipeline = await makePipeline(ministack, options);
  const { table, queue, deadLetters, topic } = pipeline;
  const description: Description = {
    name: null,
    table,
    queueUrl: queue.url,
    deadLettersUrl: deadLetters.url,
    notify: topic?.arn ?? null,
    prefix: 'import/',
    suffix: options.suffix ?? null,
    function: null,
    ...more,
  };
  await pipeline.putObject(descriptionName, descriptionText(description));
  return pipeline;
}

/** A working folder with files in it, by name. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = tempDir();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** Starts `csv2ddb upload` for a pipeline. */
export function startUpload(
  { ministack, bucket }: Pipeline,
  args: readonly string[],
  options: Partial<RunOptions> & Pick<RunOptions, 'cwd'>,
): Running {
  const env = { ...environmentFor(ministack), ...options.env };
  return start(['upload', '--bucket', bucket, ...args], { timeoutMs: 100_000, ...options, env });
}

export function runUpload(...args: Parameters<typeof startUpload>): Promise<RunResult> {
  return startUpload(...args).ended;
}

/** What `--json` prints without `--wait`. */
export interface ToldUpload {
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

export function toldBy({ stdout, stderr }: RunResult): ToldUpload {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(last) as ToldUpload;
  } catch {
    throw new Error(`no JSON on stdout: ${stdout}\nstderr: ${stderr}`);
  }
}
