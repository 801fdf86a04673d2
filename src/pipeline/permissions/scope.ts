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
import type { PipelineNames, Place } from '../names.ts';

/** All that ARNs are made of. */
export interface Scope {
  /** An account or a region that is not known is `*`. */
  readonly place: Place;
  readonly table: string | undefined;
  /** `s3://BUCKET/KEY`, or a prefix or a pattern, each. */
  readonly sources: readonly string[];
  /** ARNs of topics. */
  readonly topics: readonly string[];
  /** Of the pipeline; undefined for what needs none. */
  readonly pipeline: { readonly names: PipelineNames; readonly bucket: string; readonly prefix: string } | undefined;
}

/** What can be named without a pipeline. */
const anywhere = {
  table: ({ place, table }) => (table === undefined ? [] : [tableArn(place, table)]),
  sources: ({ place, sources }) => sources.map((source) => s3Arn(place, withStar(source.slice('s3://'.length)))),
  'buckets of sources': ({ place, sources }) => [
    ...new Set(sources.map((source) => s3Arn(place, source.slice('s3://'.length).split('/')[0] ?? ''))),
  ],
  topic: ({ topics }) => topics,
  everything: () => ['*'],
} satisfies Record<string, (scope: Scope) => readonly string[]>;

type Named = NonNullable<Scope['pipeline']> & Pick<Scope, 'place'>;

/** What a pipeline has. */
const ofPipeline = {
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
} satisfies Record<string, (named: Named) => readonly string[]>;

/** What a permission can be about. */
export type On = keyof typeof anywhere | keyof typeof ofPipeline;

/** The ARNs of what a permission is about; none where the command has nothing of the kind. */
export function arnsOf(on: On, scope: Scope): readonly string[] {
  if (on in anywhere) return anywhere[on as keyof typeof anywhere](scope);
  const { place, pipeline } = scope;
  return pipeline === undefined ? [] : ofPipeline[on as keyof typeof ofPipeline]({ ...pipeline, place });
}

/** A bucket and a prefix stand for all below them. What is a pattern to IAM is none in a key: IAM User Guide, "Policy variables". */
function withStar(place: string): string {
  const escaped = place.replace(/[*?$]/g, (mark) => `\${${mark}}`);
  if (!place.includes('/')) return `${escaped}/*`;
  return place.endsWith('/') ? `${escaped}*` : escaped;
}
