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

/** What a permission can be about. */
export type On =
  | 'table'
  | 'sources'
  | 'buckets of sources'
  | 'topic'
  | 'own topic'
  | 'bucket'
  | 'imports'
  | 'state'
  | 'settings'
  | 'default settings'
  | 'description'
  | 'open marks'
  | 'rejects'
  | 'all objects'
  | 'queue'
  | 'dead letters'
  | 'both queues'
  | 'function'
  | 'mappings'
  | 'role'
  | 'log group'
  | 'log streams'
  | 'alarm'
  | 'everything';

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

/** The ARNs of what a permission is about; none where the command has nothing of the kind. */
export function arnsOf(on: On, scope: Scope): readonly string[] {
  const { place, table, pipeline } = scope;
  const object = (name: string): string => s3Arn(place, name);
  switch (on) {
    case 'table':
      return table === undefined ? [] : [tableArn(place, table)];
    case 'sources':
      return scope.sources.map((source) => object(withStar(source.slice('s3://'.length))));
    case 'buckets of sources':
      return [...new Set(scope.sources.map((source) => object(source.slice('s3://'.length).split('/')[0] ?? '')))];
    case 'topic':
      return scope.topics;
    case 'everything':
      return ['*'];
  }
  if (pipeline === undefined) return [];
  const { names, bucket, prefix } = pipeline;
  switch (on) {
    case 'bucket':
      return [object(bucket)];
    case 'imports':
      return [object(`${bucket}/${prefix}*`)];
    case 'state':
      return [object(`${bucket}/state/*`)];
    case 'settings':
      return [object(`${bucket}/state/settings/*`)];
    case 'default settings':
      return [object(`${bucket}/state/settings/default`)];
    case 'description':
      return [object(`${bucket}/state/pipeline`)];
    case 'open marks':
      return [object(`${bucket}/state/open/*`)];
    case 'rejects':
      return [object(`${bucket}/rejects/*`)];
    case 'all objects':
      return [object(`${bucket}/*`)];
    case 'queue':
      return [queueArn(place, names.queue)];
    case 'dead letters':
      return [queueArn(place, names.deadLetters)];
    case 'both queues':
      return [queueArn(place, names.queue), queueArn(place, names.deadLetters)];
    case 'own topic':
      return [topicArn(place, names.topic)];
    case 'function':
      return [functionArn(place, names.function)];
    case 'mappings':
      return [mappingArn(place, '*')];
    case 'role':
      return [roleArn(place, names.role)];
    case 'log group':
      return [logGroupArn(place, names.logGroup), logGroupArn(place, `${names.logGroup}:*`)];
    case 'log streams':
      return [logGroupArn(place, `${names.logGroup}:*`)];
    case 'alarm':
      return [alarmArn(place, names.alarm)];
  }
}

/** A bucket and a prefix stand for all below them. What is a pattern to IAM is none in a key: IAM User Guide, "Policy variables". */
function withStar(place: string): string {
  const escaped = place.replace(/[*?$]/g, (mark) => `\${${mark}}`);
  if (!place.includes('/')) return `${escaped}/*`;
  return place.endsWith('/') ? `${escaped}*` : escaped;
}
