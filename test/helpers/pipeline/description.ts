import type { PipelineDescription } from '../../../src/pipeline/description.ts';
import type { Ministack } from '../emulators/ministack.ts';
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
  // In the format of src/pipeline/description.ts.
  await pipeline.putObject('state/pipeline', `${JSON.stringify({ format: 1, ...description }, undefined, 2)}\n`);
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
