import { exitStatus } from '../../errors.ts';
import { formatCommandLine, programName } from '../../options/command-line.ts';
import { resolvePipelineCommand } from '../../options/resolve-pipeline.ts';
import { withPipeline } from '../../pipeline/connect.ts';
import { readJobDetail } from '../../pipeline/status/job-detail.ts';
import { formatJobDetail } from '../../pipeline/status/format-job-detail.ts';
import { readOverview } from '../../pipeline/status/overview.ts';
import { formatOverview } from '../../pipeline/status/format-overview.ts';
import { defineCommand } from '../run-command.ts';

/**
 * `csv2ddb status [job]`: shows the state of a pipeline or of one of its jobs. The operand is a job or its object.
 * @returns 0, whatever the state of the jobs
 * @throws LoaderError USAGE, PIPELINE_NOT_FOUND, JOB_NOT_FOUND, …
 */
export const status = defineCommand({
  name: 'status',
  resolve: (parsed, { env }) => resolvePipelineCommand('status', parsed, env),
  policy: (settings) => ({ about: { aws: settings.aws, pipeline: settings } }),
  run: (settings, { operands: [named], given, io }) =>
    withPipeline(settings, async (pipeline) => {
      const redrive = (...operands: string[]): string =>
        formatCommandLine({ program: programName(io.env), command: 'redrive', operands }, given);
      if (named === undefined) {
        const json = await readOverview(pipeline);
        // With --json, stderr has no text either.
        return { exitStatus: exitStatus.done, json, lines: settings.json ? [] : formatOverview(json, redrive()) };
      }
      const json = await readJobDetail(pipeline, named);
      // An object means its latest version.
      const again = json.newer === null ? (json.job ?? json.key) : json.key;
      return { exitStatus: exitStatus.done, json, lines: settings.json ? [] : formatJobDetail(json, redrive(again)) };
    }),
});
