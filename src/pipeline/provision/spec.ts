import type { ProvisionSettings } from '../../options/resolve-pipeline.ts';
import { topicArn } from '../arns.ts';
import { defaultSettingsName } from '../bucket/keys.ts';
import { descriptionName } from '../description.ts';
import type { PipelineNames, Place } from '../names.ts';
import type { Kind } from './resource.ts';

/** Where the resources of a pipeline are to be found. */
export interface Location {
  readonly place: Place;
  readonly names: PipelineNames;
  readonly bucket: string;
  readonly table: string;
}

/** What a pipeline is to be, and the little of the account that decides how. */
export interface Spec extends Location {
  readonly settings: Omit<ProvisionSettings, 'aws' | 'json' | 'quiet' | 'verbose' | 'color' | 'printPolicy' | 'dryRun'>;
  /** What files are loaded with that bring nothing, as JSON; undefined: what is there stays. */
  readonly defaultSettings: string | undefined;
  readonly facts: Facts;
}

export interface Facts {
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
  /** Of the keys, in their order: as options tell them, else as the table has them, else S. */
  readonly keyTypes: readonly string[];
  /** A topic that an earlier run made stays, though no e-mail address is given this time. */
  readonly hasTopic: boolean;
  /** Functions at the same time, at most. */
  readonly maximumConcurrency: number;
  /** SHA-256 of the function's package, in base64 as Lambda has it. */
  readonly codeSha256: string;
}

/** Lambda Developer Guide, "Using Lambda with Amazon SQS": a message of the queue is hidden for six times this. */
export const functionTimeoutS = 300;

/** Returns what each resource is called in plans and messages. */
export function resourceNames({ names, bucket, table }: Location): Readonly<Record<Kind, string>> {
  return {
    topic: names.topic,
    bucket,
    description: `s3://${bucket}/${descriptionName}`,
    'default settings': `s3://${bucket}/${defaultSettingsName}`,
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

/** Whether the pipeline has a topic of its own. */
export function hasTopic({ settings, facts }: Spec): boolean {
  return settings.notify === undefined && (settings.email !== undefined || facts.hasTopic);
}

/** ARN of the topic that is told how jobs end. */
export function notifyOf(spec: Spec): string | undefined {
  return spec.settings.notify ?? (hasTopic(spec) ? topicArn(spec.place, spec.names.topic) : undefined);
}
