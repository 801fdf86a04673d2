import { checkOptions } from './rules.ts';
import { pick, type OptionValues, type ParsedOptions } from './parse.ts';
import { resolveCommon, type PipelineCommandSettings } from './resolve-pipeline.ts';

const workerOptions = ['table', 'queueUrl', 'notify', 'tasks', 'untilEmpty'] as const;

/** The settings of `csv2ddb worker`. Undefined required settings come from the pipeline. */
export interface PartialWorkerSettings
  extends PipelineCommandSettings, Pick<OptionValues, (typeof workerOptions)[number]> {
  /** Account that must own the bucket; undefined: any account. */
  readonly bucketOwner: string | undefined;
}

/** The complete settings of a worker, or of the Lambda function of a pipeline. */
export interface WorkerSettings extends Omit<PartialWorkerSettings, 'name' | 'printPolicy'> {
  readonly table: string;
  readonly bucket: string;
  readonly queueUrl: string;
}

/** @throws LoaderError USAGE */
export function resolveWorker(parsed: ParsedOptions, env: NodeJS.ProcessEnv): PartialWorkerSettings {
  return resolvePartial(checkOptions('worker', parsed), env);
}

/**
 * Returns the settings of the Lambda function. Its environment must set all required options.
 * @throws LoaderError USAGE
 */
export function resolveFunction(parsed: ParsedOptions, env: NodeJS.ProcessEnv): WorkerSettings {
  const values = checkOptions('function', parsed);
  const partial = resolvePartial(values, env);
  return { ...partial, table: values.table ?? '', bucket: values.bucket ?? '', queueUrl: values.queueUrl ?? '' };
}

function resolvePartial(values: OptionValues, env: NodeJS.ProcessEnv): PartialWorkerSettings {
  const { bucketOwner, queueUrl } = values;
  return {
    ...resolveCommon(values, env),
    ...pick(values, ...workerOptions),
    bucketOwner: bucketOwner ?? (queueUrl === undefined ? undefined : accountOf(queueUrl)),
  };
}

/** `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME` */
function accountOf(queueUrl: string): string | undefined {
  return /\/([0-9]{12})\/[^/]+$/.exec(queueUrl)?.[1];
}
