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
import { makeSender } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Definition, Properties, ResourceHandler } from '../resource.ts';
import { queueArn, s3Arn } from '../../arns.ts';
import { functionTimeoutS, type Location, type Spec } from '../spec.ts';
import { parseOwnership, tagMap } from './tags.ts';
import {
  addStatements,
  hasStatement,
  parsePolicy,
  removeStatements,
  requireTls,
  type ResourceStatement,
} from './statements.ts';

const ignore = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];
const attributeNames: QueueAttributeName[] = [
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'SqsManagedSseEnabled',
  'RedrivePolicy',
  'Policy',
];

/** Six times the function's timeout. Source: Lambda Developer Guide, "Using Lambda with Amazon SQS". */
const visibilityTimeoutS = 6 * functionTimeoutS;
/** The maximum of SQS. The age of a dead letter counts from its first send, so the queue keeps messages for less time. */
const deadLetterRetentionS = 14 * 86_400;
const messageRetentionS = 4 * 86_400;
const maxReceives = 5;

export function defineQueue({ place, names, bucket }: Spec): Definition {
  return {
    properties: {
      'visibility timeout seconds': visibilityTimeoutS,
      'retention seconds': messageRetentionS,
      encryption: 'SSE-SQS',
      'TLS only': true,
      'events from': s3Arn(place, bucket),
      'redrive policy': { queue: queueArn(place, names.deadLetters), 'max receives': maxReceives },
    },
  };
}

export function defineDeadLetterQueue(): Definition {
  return { properties: { 'retention seconds': deadLetterRetentionS, encryption: 'SSE-SQS', 'TLS only': true } };
}

/** Returns the URL of a queue; undefined if the queue does not exist. */
export async function findQueueUrl(name: string, { sqs }: Clients): Promise<string | undefined> {
  const command = new GetQueueUrlCommand({ QueueName: name });
  return (await makeSender(sqs, `queue ${name}`)('sqs:GetQueueUrl', command, { ignore }))?.QueueUrl;
}

export function makeQueueHandler(
  kind: 'queue' | 'dead-letter queue',
  { names, bucket, place }: Location,
  clients: Clients,
): ResourceHandler {
  const isMain = kind === 'queue';
  const name = isMain ? names.queue : names.deadLetters;
  const arn = queueArn(place, name);
  const send = makeSender(clients.sqs, `${kind} ${name}`);
  const statements: ResourceStatement[] = [
    requireTls('sqs', arn),
    ...(isMain ? [allowS3Events(arn, s3Arn(place, bucket), place.account)] : []),
  ];

  const findUrl = () => findQueueUrl(name, clients);
  const readAttributes = async (url: string): Promise<Partial<Record<string, string>>> => {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: attributeNames });
    return (await send('sqs:GetQueueAttributes', command)).Attributes ?? {};
  };
  const getUrl = async (): Promise<string> => {
    const url = await findUrl();
    if (url === undefined) throw new Error(`${kind} ${name} no longer exists`);
    return url;
  };

  return {
    async read() {
      const url = await findUrl();
      if (url === undefined) return undefined;
      const found = await readAttributes(url);
      const { Tags: tags } = await send('sqs:ListQueueTags', new ListQueueTagsCommand({ QueueUrl: url }));
      const policy = parsePolicy(found['Policy']);
      const [tls, events] = statements;
      return {
        ownership: parseOwnership(tags?.[names.base]),
        properties: {
          'retention seconds': Number(found['MessageRetentionPeriod']),
          encryption: found['SqsManagedSseEnabled'] === 'true' ? 'SSE-SQS' : 'other or none',
          'TLS only': tls !== undefined && hasStatement(policy, tls),
          ...(isMain && {
            'visibility timeout seconds': Number(found['VisibilityTimeout']),
            'events from': events !== undefined && hasStatement(policy, events) ? s3Arn(place, bucket) : null,
            'redrive policy': parseRedrivePolicy(found['RedrivePolicy']),
          }),
        },
      };
    },
    async create(properties) {
      const command = new CreateQueueCommand({
        QueueName: name,
        Attributes: { ...buildAttributes(properties), Policy: addStatements(parsePolicy(undefined), statements) },
        tags: tagMap(names.base, 'made'),
      });
      // SQS blocks the name of a deleted queue for 60 s.
      await send('sqs:CreateQueue', command, { retryOn: /QueueDeletedRecently/ });
    },
    async change(properties) {
      const url = await getUrl();
      const { Policy: policy } = await readAttributes(url);
      const attributes = { ...buildAttributes(properties), Policy: addStatements(parsePolicy(policy), statements) };
      const command = new SetQueueAttributesCommand({ QueueUrl: url, Attributes: attributes });
      await send('sqs:SetQueueAttributes', command);
    },
    async adopt() {
      const command = new TagQueueCommand({ QueueUrl: await getUrl(), Tags: tagMap(names.base, 'adopted') });
      await send('sqs:TagQueue', command);
    },
    async delete() {
      const url = await findUrl();
      if (url === undefined) return;
      await send('sqs:DeleteQueue', new DeleteQueueCommand({ QueueUrl: url }), { ignore });
    },
    async release() {
      const url = await findUrl();
      if (url === undefined) return;
      const { Policy: policy } = await readAttributes(url);
      const attributes = { Policy: removeStatements(parsePolicy(policy), statements) ?? '' };
      const command = new SetQueueAttributesCommand({ QueueUrl: url, Attributes: attributes });
      await send('sqs:SetQueueAttributes', command);
      await send('sqs:UntagQueue', new UntagQueueCommand({ QueueUrl: url, TagKeys: [names.base] }));
    },
  };
}

function buildAttributes(properties: Properties): Partial<Record<QueueAttributeName, string>> {
  const redrive = properties['redrive policy'] as
    { readonly queue: string; readonly 'max receives': number } | undefined;
  const visibility = properties['visibility timeout seconds'];
  return {
    MessageRetentionPeriod: String(Number(properties['retention seconds'])),
    SqsManagedSseEnabled: 'true',
    ...(visibility !== undefined && { VisibilityTimeout: String(Number(visibility)) }),
    ...(redrive !== undefined && {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: redrive.queue, maxReceiveCount: redrive['max receives'] }),
    }),
  };
}

function parseRedrivePolicy(text: string | undefined): { queue: string; 'max receives': number } | null {
  if (text === undefined || text === '') return null;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as Record<string, unknown>;
  return { queue: String(deadLetterTargetArn), 'max receives': Number(maxReceiveCount) };
}

/** Allows S3 to send the events of this bucket. */
function allowS3Events(queue: string, bucket: string, account: string): ResourceStatement {
  return {
    Sid: 'csv2ddbEvents',
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queue,
    Condition: { ArnLike: { 'aws:SourceArn': bucket }, StringEquals: { 'aws:SourceAccount': account } },
  };
}
