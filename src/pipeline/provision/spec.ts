import type { ProvisionSettings } from '../../options/resolve-pipeline.ts';
import { topicArn } from '../arns.ts';
import { defaultSettingsKey } from '../bucket/keys.ts';
import { descriptionKey } from '../description.ts';
import type { PipelineNames, AccountRegion } from '../names.ts';
import type { Kind } from './resource.ts';

/** The account, the region and the names of a pipeline's resources. */
export interface Location {
  readonly place: AccountRegion;
  readonly names: PipelineNames;
  readonly bucket: string;
  readonly table: string;
}

/** The specification from which the desired state is derived. */
export interface Spec extends Location {
  readonly settings: Omit<ProvisionSettings, 'aws' | 'json' | 'quiet' | 'verbose' | 'color' | 'printPolicy' | 'dryRun'>;
  /** Settings for files without their own, as JSON. Undefined: keep the current ones. */
  readonly defaultSettings: string | undefined;
  readonly facts: Facts;
}

/** The parts of the specification that depend on the account. */
export interface Facts {
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
  /** Types of the partition key and the sort key. */
  readonly keyTypes: readonly string[];
  /** Whether an earlier run created a topic. It is kept without --email too. */
  readonly hasTopic: boolean;
  /** Maximum number of concurrent functions. */
  readonly maxConcurrency: number;
  /** SHA-256 of the function's package, in base64 as in Lambda's API. */
  readonly codeSha256: string;
}

/** The visibility timeout of the queue is six times this. Source: Lambda Developer Guide, "Using Lambda with Amazon SQS". */
export const functionTimeoutS = 300;

/** Returns the name of each resource for plans and messages. */
export function nameResources({ names, bucket, table }: Location): Readonly<Record<Kind, string>> {
  return {
    topic: names.topic,
    bucket,
    description: `s3://${bucket}/${descriptionKey}`,
    'default settings': `s3://${bucket}/${defaultSettingsKey}`,
    'dead-letter queue': names.deadLetters,
    queue: names.queue,
    table,
    notification: `${bucket} → ${names.queue}`,
    'log group': names.logGroup,
    role: names.role,
    function: names.function,
    'event source mapping': `${names.queue} → ${names.function}`,
    alarm: names.alarm,
  };
}

/** Whether the pipeline has its own topic. */
export function hasTopic({ settings, facts }: Spec): boolean {
  return settings.notify === undefined && (settings.email !== undefined || facts.hasTopic);
}

/** Returns the ARN of the topic that receives the outcome of jobs. */
export function resolveNotifyTopic(spec: Spec): string | undefined {
  return spec.settings.notify ?? (hasTopic(spec) ? topicArn(spec.place, spec.names.topic) : undefined);
}
