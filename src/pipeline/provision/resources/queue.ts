import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueueTagsCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
  type QueueAttributeName,
} from '@aws-sdk/client-sqs';
import { askAbout } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Resource, Properties } from '../resource.ts';
import { queueArn, s3Arn } from '../../arns.ts';
import { functionTimeoutS, type Location, type Spec } from '../spec.ts';
import { markOf, tagMap } from './tags.ts';
import {
  hasStatement,
  readPolicy,
  tlsOnly,
  withoutStatements,
  withStatements,
  type ResourceStatement,
} from './statements.ts';

const absent = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];
const attributes: QueueAttributeName[] = [
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'SqsManagedSseEnabled',
  'RedrivePolicy',
  'Policy',
];

/** Lambda Developer Guide, "Using Lambda with Amazon SQS": six times the function's own. */
const visibilityS = 6 * functionTimeoutS;
/** SQS: the longest. A dead letter's age counts from its first send, so the queue keeps a message less long. */
const deadLettersKeptS = 14 * 86_400;
const messagesKeptS = 4 * 86_400;
const mostReceives = 5;

export function desiredQueue({ place, names, bucket }: Spec) {
  return {
    properties: {
      'visibility timeout seconds': visibilityS,
      'kept for seconds': messagesKeptS,
      encryption: 'SSE-SQS',
      'TLS only': true,
      'events of': s3Arn(place, bucket),
      'dead letters': { queue: queueArn(place, names.deadLetters), 'after receives': mostReceives },
    },
  };
}

export function desiredDeadLetterQueue() {
  return { properties: { 'kept for seconds': deadLettersKeptS, encryption: 'SSE-SQS', 'TLS only': true } };
}

/** The URL of a queue; undefined where there is none. */
export async function queueUrlOf(name: string, { sqs }: Clients): Promise<string | undefined> {
  const command = new GetQueueUrlCommand({ QueueName: name });
  return (await askAbout(sqs, `queue ${name}`)('sqs:GetQueueUrl', command, { absent }))?.QueueUrl;
}

/** The queue of a pipeline, or the one of its dead letters. */
export function queueResource(
  kind: 'queue' | 'dead-letter queue',
  { names, bucket, place }: Location,
  clients: Clients,
): Resource {
  const isMain = kind === 'queue';
  const name = isMain ? names.queue : names.deadLetters;
  const arn = queueArn(place, name);
  const ask = askAbout(clients.sqs, `${kind} ${name}`);
  const statements: ResourceStatement[] = [
    tlsOnly('sqs', arn),
    ...(isMain ? [eventsOf(arn, s3Arn(place, bucket), place.account)] : []),
  ];

  const urlOf = () => queueUrlOf(name, clients);
  const attributesOf = async (url: string): Promise<Partial<Record<string, string>>> => {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: attributes });
    return (await ask('sqs:GetQueueAttributes', command)).Attributes ?? {};
  };
  const mustBe = async (): Promise<string> => {
    const url = await urlOf();
    if (url === undefined) throw new Error(`${kind} ${name} is gone`);
    return url;
  };

  return {
    async read() {
      const url = await urlOf();
      if (url === undefined) return undefined;
      const found = await attributesOf(url);
      const { Tags: tags } = await ask('sqs:ListQueueTags', new ListQueueTagsCommand({ QueueUrl: url }));
      const policy = readPolicy(found['Policy']);
      const [tls, events] = statements;
      return {
        mark: markOf(tags?.[names.base]),
        properties: {
          'kept for seconds': Number(found['MessageRetentionPeriod']),
          encryption: found['SqsManagedSseEnabled'] === 'true' ? 'SSE-SQS' : 'other or none',
          'TLS only': tls !== undefined && hasStatement(policy, tls),
          ...(isMain && {
            'visibility timeout seconds': Number(found['VisibilityTimeout']),
            'events of': events !== undefined && hasStatement(policy, events) ? s3Arn(place, bucket) : null,
            'dead letters': readRedrive(found['RedrivePolicy']),
          }),
        },
      };
    },
    async create(properties) {
      const command = new CreateQueueCommand({
        QueueName: name,
        Attributes: { ...attributesFor(properties), Policy: withStatements(readPolicy(undefined), statements) },
        tags: tagMap(names.base, 'made'),
      });
      // A name is free again 60 s after its queue was deleted.
      await ask('sqs:CreateQueue', command, { retryOn: /QueueDeletedRecently/ });
    },
    async change(properties) {
      const url = await mustBe();
      const { Policy: policy } = await attributesOf(url);
      const wanted = { ...attributesFor(properties), Policy: withStatements(readPolicy(policy), statements) };
      const command = new SetQueueAttributesCommand({ QueueUrl: url, Attributes: wanted });
      await ask('sqs:SetQueueAttributes', command);
    },
    async adopt() {
      const command = new TagQueueCommand({ QueueUrl: await mustBe(), Tags: tagMap(names.base, 'adopted') });
      await ask('sqs:TagQueue', command);
    },
    async delete() {
      const url = await urlOf();
      if (url === undefined) return;
      await ask('sqs:DeleteQueue', new DeleteQueueCommand({ QueueUrl: url }), { absent });
    },
    async release() {
      const url = await urlOf();
      if (url === undefined) return;
      const { Policy: policy } = await attributesOf(url);
      const left = withoutStatements(readPolicy(policy), statements);
      const without = new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: left ?? '' } });
      await ask('sqs:SetQueueAttributes', without);
      await ask('sqs:UntagQueue', new UntagQueueCommand({ QueueUrl: url, TagKeys: [names.base] }));
    },
  };
}

function attributesFor(properties: Properties): Partial<Record<QueueAttributeName, string>> {
  const deadLetters = properties['dead letters'] as
    { readonly queue: string; readonly 'after receives': number } | undefined;
  const visibility = properties['visibility timeout seconds'];
  return {
    MessageRetentionPeriod: String(Number(properties['kept for seconds'])),
    SqsManagedSseEnabled: 'true',
    ...(visibility !== undefined && { VisibilityTimeout: String(Number(visibility)) }),
    ...(deadLetters !== undefined && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: deadLetters.queue,
        maxReceiveCount: deadLetters['after receives'],
      }),
    }),
  };
}

function readRedrive(text: string | undefined): { queue: string; 'after receives': number } | null {
  if (text === undefined || text === '') return null;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as Record<string, unknown>;
  return { queue: String(deadLetterTargetArn), 'after receives': Number(maxReceiveCount) };
}

/** S3 may send what happens in this bucket, of this account. */
function eventsOf(queue: string, bucket: string, account: string): ResourceStatement {
  return {
    Sid: 'csv2ddbEvents',
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queue,
    Condition: { ArnLike: { 'aws:SourceArn': bucket }, StringEquals: { 'aws:SourceAccount': account } },
  };
}
