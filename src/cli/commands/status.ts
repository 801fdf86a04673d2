import { exitStatus, type ExitStatus } from '../../errors.ts';
import { commandLine, programName } from '../../options/command-line.ts';
import { readConfig } from '../../options/config/config.ts';
import type { Given } from '../../options/raw-options.ts';
import { describeOptions, parseOptions } from '../../options/parse.ts';
import { resolvePipelineCommand } from '../../options/resolve-pipeline.ts';
import { optionsOf } from '../../options/table.ts';
import { printPolicy } from '../../pipeline/permissions/print.ts';
import { withPipeline } from '../../pipeline/connect.ts';
import { writeOut } from '../../report/output.ts';
import { lookInto } from '../../pipeline/status/detail.ts';
import { detailLines } from '../../pipeline/status/detail-lines.ts';
import { lookOver } from '../../pipeline/status/overview.ts';
import { overviewLines } from '../../pipeline/status/overview-lines.ts';
import type { Io } from '../io.ts';

/**
 * `csv2ddb status [job]`: shows what a pipeline is at, or one of its jobs.
 * @param named a job, or its object; undefined: all.
 * @returns 0, however the jobs go.
 * @throws LoaderError USAGE, PIPELINE_NOT_FOUND, JOB_NOT_FOUND, …
 */
export async function status(named: string | undefined, flags: Given, io: Io): Promise<ExitStatus> {
  const { given, problems } = await readConfig([], flags);
  const settings = resolvePipelineCommand('status', given, io.env, problems);
  const { aws, json, quiet, verbose } = settings;
  if (settings.printPolicy) return printPolicy('status', [], { aws, pipeline: settings }, io);
  if (verbose) {
    const keys = optionsOf('status').map(([key]) => key);
    for (const line of describeOptions(parseOptions(given), keys)) io.stderr.write(`${line}\n`);
  }
  const redrive = (...operands: string[]): string => commandLine(programName(io.env), 'redrive', operands, given);
  const shown = await withPipeline(settings, async (pipeline) => {
    if (named === undefined) {
      const overview = await lookOver(pipeline);
      return { data: overview, lines: () => overviewLines(overview, redrive()) };
    }
    const detail = await lookInto(pipeline, named);
    // Of an object the newest version is meant.
    const again = detail.newer === null ? (detail.job ?? detail.key) : detail.key;
    return { data: detail, lines: () => detailLines(detail, redrive(again)) };
  });
  if (json) await writeOut(io.stdout, `${JSON.stringify(shown.data)}\n`);
  else if (!quiet) await writeOut(io.stdout, `${shown.lines().join('\n')}\n`);
  return exitStatus.done;
}
