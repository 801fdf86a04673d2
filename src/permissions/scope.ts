import type { PipelineNames, Place } from '../pipeline/names.ts';

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
  const { partition, account, region } = place;
  const arn = (service: string, rest: string, at = region): string =>
    `arn:${partition}:${service}:${at}:${account}:${rest}`;
  const object = (name: string): string => `arn:${partition}:s3:::${name}`;
  switch (on) {
    case 'table':
      return table === undefined ? [] : [arn('dynamodb', `table/${table}`)];
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
      return [arn('sqs', names.queue)];
    case 'dead letters':
      return [arn('sqs', names.deadLetters)];
    case 'both queues':
      return [arn('sqs', names.queue), arn('sqs', names.deadLetters)];
    case 'own topic':
      return [arn('sns', names.topic)];
    case 'function':
      return [arn('lambda', `function:${names.function}`)];
    case 'mappings':
      return [arn('lambda', 'event-source-mapping:*')];
    case 'role':
      return [arn('iam', `role/${names.role}`, '')];
    case 'log group':
      return [arn('logs', `log-group:${names.logGroup}`), arn('logs', `log-group:${names.logGroup}:*`)];
    case 'log streams':
      return [arn('logs', `log-group:${names.logGroup}:*`)];
    case 'alarm':
      return [arn('cloudwatch', `alarm:${names.alarm}`)];
  }
}

/** A bucket and a prefix stand for all below them. What is a pattern to IAM is none in a key: IAM User Guide, "Policy variables". */
function withStar(place: string): string {
  const escaped = place.replace(/[*?$]/g, (mark) => `\${${mark}}`);
  if (!place.includes('/')) return `${escaped}/*`;
  return place.endsWith('/') ? `${escaped}*` : escaped;
}
