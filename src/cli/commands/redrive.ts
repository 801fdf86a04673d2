import { exitStatus } from '../../errors.ts';
import { resolvePipelineCommand } from '../../options/resolve-pipeline.ts';
import { withPipeline } from '../../pipeline/connect.ts';
import { redriveEverything } from '../../pipeline/redrive/everything.ts';
import { startedLines, startedOneLines } from '../../pipeline/redrive/lines.ts';
import { redriveOne } from '../../pipeline/redrive/one.ts';
import { defineCommand } from '../run-command.ts';

/**
 * `csv2ddb redrive [job]`: starts again, from where it stopped, what a pipeline has not loaded.
 * @param operands a job, or its object; none: all that failed or was left behind.
 * @returns 0, whether anything was to be started or not.
 * @throws LoaderError USAGE, PIPELINE_NOT_FOUND, JOB_NOT_FOUND, …: what was started until then is
 */
export const redrive = defineCommand({
  name: 'redrive',
  resolve: (parsed, { env }) => resolvePipelineCommand('redrive', parsed, env),
  policy: (settings) => ({ about: { aws: settings.aws, pipeline: settings } }),
  run: (settings, { operands: [named] }) =>
    withPipeline(settings, async (pipeline) => {
      const { function: loadedBy } = pipeline.found.description;
      if (named === undefined) {
        const json = await redriveEverything(pipeline);
        return { exitStatus: exitStatus.done, json, lines: startedLines(json, loadedBy) };
      }
      const json = await redriveOne(pipeline, named);
      return { exitStatus: exitStatus.done, json, lines: startedOneLines(json, loadedBy) };
    }),
});
