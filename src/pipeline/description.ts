import { LoaderError } from '../errors.ts';

/** The resources of a pipeline, for commands that know only its bucket. `provision` stores it as `state/pipeline`. */
export interface PipelineDescription {
  /** Null: the default pipeline, which has no name. */
  readonly name: string | null;
  readonly table: string;
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
  /** ARN of the topic for job summaries; null: none. */
  readonly notify: string | null;
  /** Only objects whose keys start and end with these are loaded. */
  readonly prefix: string;
  readonly suffix: string | null;
  /** Null: a worker loads, not a function. */
  readonly function: string | null;
  /** Set if the pipeline was destroyed but its bucket was kept. */
  readonly takenDown?: true;
}

export const descriptionKey = 'state/pipeline';

/** Increases when a field changes its meaning. */
const formatVersion = 1;

export function formatDescription(description: PipelineDescription): string {
  return `${JSON.stringify({ format: formatVersion, ...description }, undefined, 2)}\n`;
}

/** @throws LoaderError PIPELINE_NOT_FOUND if the text is not a description in this format */
export function parseDescription(text: string, bucket: string): PipelineDescription {
  const { format, ...description } = parse(text);
  if (format === formatVersion) return description as unknown as PipelineDescription;
  throw new LoaderError('PIPELINE_NOT_FOUND', `s3://${bucket}/${descriptionKey} has an incompatible format`, {
    hint: 'Update the pipeline: run csv2ddb provision with the same options.',
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
