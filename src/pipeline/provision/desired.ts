import { descriptionName, descriptionText } from '../description.ts';
import { neededBy } from '../permissions/needed.ts';
import type { Scope } from '../permissions/scope.ts';
import { defaultSettingsName } from '../bucket/keys.ts';
import type { ProvisionSettings } from '../../options/resolve-pipeline.ts';
import { kinds, type Json, type Kind, type Properties, type Wanted } from './resource.ts';
import { queueArn, roleArn, s3Arn, topicArn } from '../arns.ts';
import type { Whereabouts } from './location.ts';

/** What a pipeline is to be, and the little of the account that decides how. */
export interface Spec extends Whereabouts {
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

/** Lambda Developer Guide, "Using Lambda with Amazon SQS": six times the function's own. */
export const functionTimeoutS = 300;
const visibilityS = 6 * functionTimeoutS;
/** SQS: the longest. A dead letter's age counts from its first send, so the queue keeps a message less long. */
const deadLettersKeptS = 14 * 86_400;
const messagesKeptS = 4 * 86_400;
const mostReceives = 5;
/** One vCPU. */
const memoryMb = 1_769;
const stateKeptDays = 90;
const uploadsKeptDays = 7;
const logKeptDays = 30;

/** All parts as they should be, in the order in which they are made. Pure. */
export function wantedOf(spec: Spec): readonly Wanted[] {
  const { place, names, bucket, settings, facts, defaultSettings } = spec;
  const notify = notifyOf(spec);
  const described = { kind: 'description', name: `s3://${bucket}/${descriptionName}`, isUnmarked: true } as const;
  const part = (kind: Kind, name: string, properties: Properties): Wanted => ({ kind, name, properties });
  const wanted: Wanted[] = [
    ...(hasTopic(spec) ? [part('topic', names.topic, { email: settings.email ?? null })] : []),
    {
      ...part('bucket', bucket, {
        'public access': 'blocked',
        encryption: 'AES256',
        'TLS only': true,
        lifecycle: lifecycleOf(settings.prefix),
      }),
      ofAdopted: ['lifecycle'],
    },
    part('dead-letter queue', names.deadLetters, {
      'kept for seconds': deadLettersKeptS,
      encryption: 'SSE-SQS',
      'TLS only': true,
    }),
    part('queue', names.queue, {
      'visibility timeout seconds': visibilityS,
      'kept for seconds': messagesKeptS,
      encryption: 'SSE-SQS',
      'TLS only': true,
      'events of': s3Arn(place, bucket),
      'dead letters': { queue: queueArn(place, names.deadLetters), 'after receives': mostReceives },
    }),
    {
      ...part('table', settings.table, {
        'partition key': { name: settings.partitionKey, type: facts.keyTypes[0] ?? 'S' },
        'sort key': settings.sortKey === undefined ? null : { name: settings.sortKey, type: facts.keyTypes[1] ?? 'S' },
        capacity: settings.units === undefined ? 'on-demand' : { ...settings.units },
      }),
      ofAdopted: ['partition key', 'sort key'],
      fixed: ['partition key', 'sort key'],
    },
    ...(defaultSettings === undefined
      ? []
      : [
          {
            ...part('default settings', `s3://${bucket}/${defaultSettingsName}`, { text: defaultSettings }),
            isUnmarked: true as const,
          },
        ]),
    {
      ...described,
      properties: {
        text: descriptionText({
          name: settings.name ?? null,
          table: settings.table,
          queueUrl: facts.queueUrl,
          deadLettersUrl: facts.deadLettersUrl,
          notify: notify ?? null,
          prefix: settings.prefix,
          suffix: settings.suffix ?? null,
          function: settings.hasFunction ? names.function : null,
        }),
      },
    },
    {
      ...part('notification', `${bucket} → ${names.queue}`, {
        prefix: settings.prefix,
        suffix: settings.suffix ?? null,
        queue: queueArn(place, names.queue),
        events: ['s3:ObjectCreated:*'],
      }),
      isUnmarked: true,
    },
    ...(settings.hasFunction ? functionParts(spec, notify) : []),
    // An alarm tells topics of its own region.
    ...(notify === undefined || notify.split(':')[3] !== place.region
      ? []
      : [part('alarm', names.alarm, { 'dead letters of': names.deadLetters, topic: notify })]),
  ];
  return wanted.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

function functionParts(spec: Spec, notify: string | undefined): Wanted[] {
  const { names, bucket, settings, facts } = spec;
  return [
    { kind: 'log group', name: names.logGroup, properties: { 'kept for days': logKeptDays } },
    {
      kind: 'role',
      name: names.role,
      properties: {
        trust: trustPolicy,
        policy: neededBy('function', notify === undefined ? [] : ['notify'], scopeOf(spec)) as unknown as Json,
      },
    },
    {
      kind: 'function',
      name: names.function,
      properties: {
        code: facts.codeSha256,
        runtime: 'nodejs24.x',
        architecture: 'arm64',
        handler: 'index.handler',
        'memory MB': memoryMb,
        'timeout seconds': functionTimeoutS,
        role: roleArn(spec.place, names.role),
        environment: {
          CSV2DDB_TABLE: settings.table,
          CSV2DDB_BUCKET: bucket,
          CSV2DDB_QUEUE_URL: facts.queueUrl,
          ...(notify !== undefined && { CSV2DDB_NOTIFY: notify }),
        },
        recursion: 'Allow',
      },
    },
    {
      kind: 'event source mapping',
      name: `${names.queue} → ${names.function}`,
      isUnmarked: true,
      properties: {
        enabled: true,
        'batch size': 1,
        'reports failures': true,
        'functions at most': facts.maximumConcurrency,
      },
    },
  ];
}

export function hasTopic({ settings, facts }: Spec): boolean {
  return settings.notify === undefined && (settings.email !== undefined || facts.hasTopic);
}

/** ARN of the topic that is told how jobs end. */
export function notifyOf(spec: Spec): string | undefined {
  return spec.settings.notify ?? (hasTopic(spec) ? topicArn(spec.place, spec.names.topic) : undefined);
}

/** What permissions of the pipeline are about. */
export function scopeOf(spec: Spec): Scope {
  const { place, names, bucket, settings } = spec;
  const notify = notifyOf(spec);
  return {
    place,
    table: settings.table,
    sources: [],
    topics: notify === undefined ? [] : [notify],
    pipeline: { names, bucket, prefix: settings.prefix },
  };
}

const trustPolicy: Json = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/**
 * Rules by their ids. State is looked at for as long as a job may take, and settings do not expire: the default ones and
 * those that files name lie together.
 */
function lifecycleOf(prefix: string): Json {
  return {
    'csv2ddb-uploads': { prefix, 'abort uploads after days': uploadsKeptDays },
    ...Object.fromEntries(
      ['state/jobs/', 'state/heads/', 'state/open/', 'rejects/'].map((one) => [
        `csv2ddb-${one.replace(/\/$/, '').replace('/', '-')}`,
        { prefix: one, 'expire after days': stateKeptDays },
      ]),
    ),
  };
}
