import { LoaderError } from '../errors.ts';

/** What a pipeline is, for commands that only know its bucket: `provision` puts it there as `state/pipeline`. */
export interface Description {
  /** Null: the pipeline without a name. */
  readonly name: string | null;
  readonly table: string;
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
  /** ARN of the topic that is told how jobs end. */
  readonly notify: string | null;
  /** What keys begin and end with whose objects are loaded. */
  readonly prefix: string;
  readonly suffix: string | null;
  /** Null: `worker` loads. */
  readonly function: string | null;
  /** There where the pipeline was taken down, and its bucket stayed. */
  readonly takenDown?: true;
}

export const descriptionName = 'state/pipeline';

/** Raised when the meaning of a field changes. */
const format = 1;

export function descriptionText(description: Description): string {
  return `${JSON.stringify({ format, ...description }, undefined, 2)}\n`;
}

/** @throws LoaderError PIPELINE_NOT_FOUND where it is none, or of another version of csv2ddb */
export function readDescription(text: string, bucket: string): Description {
  const { format: found, ...description } = parse(text);
  if (found === format) return description as unknown as Description;
  throw new LoaderError('PIPELINE_NOT_FOUND', `s3://${bucket}/${descriptionName} is of another version of csv2ddb`, {
    hint: 'Run csv2ddb provision of this version, with the options it had.',
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
