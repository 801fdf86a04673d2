import { exitStatus, type ExitStatus } from '../../errors.ts';
import { readConfig } from '../../options/config/config.ts';
import type { Given } from '../../options/raw-options.ts';
import { describeOptions, parseOptions } from '../../options/parse.ts';
import { resolvePipelineCommand } from '../../options/resolve-pipeline.ts';
import { optionsOf } from '../../options/table.ts';
import { printPolicy } from '../../pipeline/permissions/print.ts';
import { withPipeline } from '../../pipeline/connect.ts';
import { redriveEverything } from '../../pipeline/redrive/everything.ts';
import { startedLines, startedOneLines } from '../../pipeline/redrive/lines.ts';
import { redriveOne } from '../../pipeline/redrive/one.ts';
import { writeOut } from '../../report/output.ts';
import type { Io } from '../io.ts';

/**
 * `csv2ddb redrive [job]`: starts again, from where it stopped, what a pipeline has not loaded.
 * @param named a job, or its object; undefined: all that failed or was left behind.
 * @returns 0, whether anything was to be started or not.
 * @throws LoaderError USAGE, PIPELINE_NOT_FOUND, JOB_NOT_FOUND, …: what was started until then is
 */
export async function redrive(named: string | undefined, flags: Given, io: Io): Promise<ExitStatus> {
  const { given, problems } = await readConfig([], flags);
  const settings = resolvePipelineCommand('redrive', given, io.env, problems);
  const { aws, json, quiet, verbose } = settings;
  if (settings.printPolicy) return printPolicy('redrive', [], { aws, pipeline: settings }, io);
  if (verbose) {
    const keys = optionsOf('redrive').map(([key]) => key);
    for (const line of describeOptions(parseOptions(given), keys)) io.stderr.write(`${line}\n`);
  }
  const started = await withPipeline(settings, async (pipeline) => {
    const { function: loadedBy } = pipeline.found.description;
    if (named === undefined) {
      const all = await redriveEverything(pipeline);
      return { data: all, lines: startedLines(all, loadedBy) };
    }
    const one = await redriveOne(pipeline, named);
    return { data: one, lines: startedOneLines(one, loadedBy) };
  });
  const words = quiet ? '' : started.lines.map((line) => `${line}\n`).join('');
  await writeOut(json ? io.stderr : io.stdout, words);
  if (json) await writeOut(io.stdout, `${JSON.stringify(started.data)}\n`);
  return exitStatus.done;
}
