import {
  alarmArn,
  functionArn,
  logGroupArn,
  mappingArn,
  queueArn,
  roleArn,
  s3Arn,
  tableArn,
  topicArn,
} from '../arns.ts';
import type { PipelineNames, AccountRegion } from '../names.ts';

/** The names from which the ARNs of a policy are built. */
export interface Scope {
  /** `*` for an unknown account or region. */
  readonly place: AccountRegion;
  readonly table: string | undefined;
  /** Addresses such as `s3://BUCKET/KEY`; the key may be a prefix or a pattern. */
  readonly sources: readonly string[];
  /** ARNs of topics. */
  readonly topics: readonly string[];
  /** Undefined for commands that need no pipeline. */
  readonly pipeline: { readonly names: PipelineNames; readonly bucket: string; readonly prefix: string } | undefined;
}

/** ARNs of the resources outside a pipeline. */
const withoutPipeline = {
  table: ({ place, table }) => (table === undefined ? [] : [tableArn(place, table)]),
  sources: ({ place, sources }) => sources.map((source) => s3Arn(place, toPattern(source.slice('s3://'.length)))),
  'buckets of sources': ({ place, sources }) => [
    ...new Set(sources.map((source) => s3Arn(place, source.slice('s3://'.length).split('/')[0] ?? ''))),
  ],
  topic: ({ topics }) => topics,
  everything: () => ['*'],
} satisfies Record<string, (scope: Scope) => readonly string[]>;

type PipelineScope = NonNullable<Scope['pipeline']> & Pick<Scope, 'place'>;

/** ARNs of the resources of a pipeline. */
const inPipeline = {
  bucket: ({ place, bucket }) => [s3Arn(place, bucket)],
  imports: ({ place, bucket, prefix }) => [s3Arn(place, `${bucket}/${prefix}*`)],
  state: ({ place, bucket }) => [s3Arn(place, `${bucket}/state/*`)],
  settings: ({ place, bucket }) => [s3Arn(place, `${bucket}/state/settings/*`)],
  'default settings': ({ place, bucket }) => [s3Arn(place, `${bucket}/state/settings/default`)],
  description: ({ place, bucket }) => [s3Arn(place, `${bucket}/state/pipeline`)],
  'open marks': ({ place, bucket }) => [s3Arn(place, `${bucket}/state/open/*`)],
  rejects: ({ place, bucket }) => [s3Arn(place, `${bucket}/rejects/*`)],
  'all objects': ({ place, bucket }) => [s3Arn(place, `${bucket}/*`)],
  queue: ({ place, names }) => [queueArn(place, names.queue)],
  'dead letters': ({ place, names }) => [queueArn(place, names.deadLetters)],
  'both queues': ({ place, names }) => [queueArn(place, names.queue), queueArn(place, names.deadLetters)],
  'own topic': ({ place, names }) => [topicArn(place, names.topic)],
  function: ({ place, names }) => [functionArn(place, names.function)],
  mappings: ({ place }) => [mappingArn(place, '*')],
  role: ({ place, names }) => [roleArn(place, names.role)],
  'log group': ({ place, names }) => [logGroupArn(place, names.logGroup), logGroupArn(place, `${names.logGroup}:*`)],
  'log streams': ({ place, names }) => [logGroupArn(place, `${names.logGroup}:*`)],
  alarm: ({ place, names }) => [alarmArn(place, names.alarm)],
} satisfies Record<string, (named: PipelineScope) => readonly string[]>;

/** A resource, or a group of resources, to which permissions apply. */
export type PolicyResource = keyof typeof withoutPipeline | keyof typeof inPipeline;

/** Returns the ARNs of a resource; none if the command does not use it. */
export function resolveArns(resource: PolicyResource, scope: Scope): readonly string[] {
  if (resource in withoutPipeline) return withoutPipeline[resource as keyof typeof withoutPipeline](scope);
  const { place, pipeline } = scope;
  return pipeline === undefined ? [] : inPipeline[resource as keyof typeof inPipeline]({ ...pipeline, place });
}

/**
 * Turns a bucket or a prefix into a pattern for everything below it. Escapes the wildcards of IAM in keys.
 * Source: IAM User Guide, "Policy variables".
 */
function toPattern(path: string): string {
  const escaped = path.replace(/[*?$]/g, (character) => `\${${character}}`);
  if (!path.includes('/')) return `${escaped}/*`;
  return path.endsWith('/') ? `${escaped}*` : escaped;
}
