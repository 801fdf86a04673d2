import { checkOptions } from './rules.ts';
import { pick, type OptionValues, type ParsedOptions } from './parse.ts';
import { commonSettings, type PipelineCommandSettings } from './resolve-pipeline.ts';

const taken = ['table', 'queueUrl', 'notify', 'tasks', 'untilEmpty'] as const;

/** What `csv2ddb worker` is told to do. What is undefined and needed is that of the pipeline. */
export interface WorkerWishes extends PipelineCommandSettings, Pick<OptionValues, (typeof taken)[number]> {
  /** Account that the bucket must belong to; undefined: any. */
  readonly bucketOwner: string | undefined;
}

/** What a worker, and the function of a pipeline, work with. */
export interface WorkerSettings extends Omit<WorkerWishes, 'name' | 'printPolicy'> {
  readonly table: string;
  readonly bucket: string;
  readonly queueUrl: string;
}

/**
 * The settings of `csv2ddb worker`.
 * @throws LoaderError USAGE
 */
export function resolveWorker(parsed: ParsedOptions, env: NodeJS.ProcessEnv): WorkerWishes {
  return wishesOf(checkOptions('worker', parsed), env);
}

/**
 * The settings of the function: nobody looks for what its environment leaves out.
 * @throws LoaderError USAGE
 */
export function resolveFunction(parsed: ParsedOptions, env: NodeJS.ProcessEnv): WorkerSettings {
  const values = checkOptions('function', parsed);
  const wishes = wishesOf(values, env);
  return { ...wishes, table: values.table ?? '', bucket: values.bucket ?? '', queueUrl: values.queueUrl ?? '' };
}

function wishesOf(values: OptionValues, env: NodeJS.ProcessEnv): WorkerWishes {
  const { bucketOwner, queueUrl } = values;
  return {
    ...commonSettings(values, env),
    ...pick(values, ...taken),
    bucketOwner: bucketOwner ?? (queueUrl === undefined ? undefined : accountOf(queueUrl)),
  };
}

/** `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME` */
function accountOf(queueUrl: string): string | undefined {
  return /\/([0-9]{12})\/[^/]+$/.exec(queueUrl)?.[1];
}
