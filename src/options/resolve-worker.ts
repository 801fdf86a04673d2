import { checkOptions } from './check-options.ts';
import type { OptionValues, ParsedOptions } from './parse.ts';
import { wantsColor } from './resolve.ts';
import type { AwsSettings } from '../aws/settings.ts';

/** What a worker, and the function of a pipeline, work with. */
export interface WorkerSettings {
  readonly aws: AwsSettings;
  readonly table: string;
  readonly bucket: string;
  /** Account that the bucket must belong to; undefined: any. */
  readonly bucketOwner: string | undefined;
  readonly queueUrl: string;
  /** ARN of the SNS topic that is told how jobs end; undefined: none. */
  readonly notify: string | undefined;
  /** Ranges to load at the same time. */
  readonly tasks: number;
  readonly untilEmpty: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

/** What `csv2ddb worker` is told to do. What is undefined and needed is that of the pipeline. */
export interface WorkerWishes extends Omit<WorkerSettings, 'table' | 'bucket' | 'queueUrl'> {
  readonly table: string | undefined;
  readonly bucket: string | undefined;
  readonly queueUrl: string | undefined;
  /** Of the pipeline; undefined: the one without a name. */
  readonly name: string | undefined;
  readonly printPolicy: boolean;
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
  const { region, profile, endpointUrl, name, table, bucket, queueUrl, notify, printPolicy } = values;
  const { tasks, untilEmpty, json, quiet } = values;
  return {
    aws: { region, profile, endpointUrl },
    ...{ name, table, bucket, queueUrl, notify, printPolicy },
    bucketOwner: values.bucketOwner ?? (queueUrl === undefined ? undefined : accountOf(queueUrl)),
    ...{ tasks, untilEmpty, json, quiet },
    color: wantsColor(values, env),
  };
}

/** `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME` */
function accountOf(queueUrl: string): string | undefined {
  return /\/([0-9]{12})\/[^/]+$/.exec(queueUrl)?.[1];
}
