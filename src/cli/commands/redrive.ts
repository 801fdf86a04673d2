import { exitStatus } from '../../errors.ts';
import { resolvePipelineCommand } from '../../options/resolve-pipeline.ts';
import { withPipeline } from '../../pipeline/connect.ts';
import { redriveAll } from '../../pipeline/redrive/redrive-all.ts';
import { formatRedrive, formatJobRedrive } from '../../pipeline/redrive/format-redrive.ts';
import { redriveByName } from '../../pipeline/redrive/redrive-by-name.ts';
import { defineCommand } from '../run-command.ts';

/**
 * `csv2ddb redrive [job]`: resumes the jobs of a pipeline that failed or stopped early, or one job. The operand is a job
 * or its object.
 * @returns 0, even if there is nothing to resume
 * @throws LoaderError USAGE, PIPELINE_NOT_FOUND, JOB_NOT_FOUND, … Jobs that were resumed before the error continue.
 */
export const redrive = defineCommand({
  name: 'redrive',
  resolve: (parsed, { env }) => resolvePipelineCommand('redrive', parsed, env),
  policy: (settings) => ({ about: { aws: settings.aws, pipeline: settings } }),
  run: (settings, { operands: [named] }) =>
    withPipeline(settings, async (pipeline) => {
      const { function: loadedBy } = pipeline.found.description;
      if (named === undefined) {
        const json = await redriveAll(pipeline);
        return { exitStatus: exitStatus.done, json, lines: formatRedrive(json, loadedBy) };
      }
      const json = await redriveByName(pipeline, named);
      return { exitStatus: exitStatus.done, json, lines: formatJobRedrive(json, loadedBy) };
    }),
});
