import {
  CreateBucketCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { Item } from '../compare/keys.ts';
import type { Ministack } from '../emulators/ministack.ts';
import { makeQueue, type Queue, makeSendPolicy } from './queues.ts';
import { createTable, type Key, scanAll } from '../compare/tables.ts';

export { addFunction, type FunctionOptions, type PipelineFunction } from './function.ts';

export interface PipelineOptions {
  /** Default: a unique name. */
  readonly bucket?: string;
  /** Default: the partition key `id`, a string. */
  readonly table?: { readonly partitionKey: Key; readonly sortKey?: Key };
  /** Visibility timeout of the queue; default 30. AWS requires at least the function's timeout, ministack does not. */
  readonly visibilityS?: number;
  /** Default 5. */
  readonly maxReceiveCount?: number;
  /** Sends events only for keys with this suffix; default: for all under `import/`. */
  readonly suffix?: string;
  /** Also creates an SNS topic, and a queue that receives its messages. */
  readonly topic?: boolean;
}

/** Number of messages in a queue, by state. */
export interface Depth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface Pipeline {
  readonly ministack: Ministack;
  /** Prefix of the names of its resources. */
  readonly name: string;
  readonly bucket: string;
  /** Receives an event for each object created under `import/`. */
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly table: string;
  /** Present if the option `topic` is set. */
  readonly topic?: { readonly arn: string; readonly queue: Queue };
  putObject(key: string, body: string | Uint8Array, metadata?: Readonly<Record<string, string>>): Promise<void>;
  getText(key: string): Promise<string>;
  /** Lists the keys under a prefix, in byte order. */
  list(prefix: string): Promise<string[]>;
  /** Receives and deletes all messages that are visible. */
  receiveAll(queueUrl: string): Promise<Message[]>;
  depth(queueUrl: string): Promise<Depth>;
  /** Reads all items of the table, in DynamoDB JSON. */
  items(): Promise<Item[]>;
}

let pipelines = 0;

/** Creates the resources of a pipeline, with unique names and without a function (see `addFunction`). */
export async function makePipeline(ministack: Ministack, options: PipelineOptions = {}): Promise<Pipeline> {
  const { s3, sqs, dynamodb } = ministack;
  const { table = { partitionKey: ['id', 'S'] }, visibilityS = 30, maxReceiveCount = 5, suffix } = options;
  const name = `csv2ddb-${process.pid}-${++pipelines}`;
  const bucket = options.bucket ?? `${name}-bucket`;
  const receiveAll = (queueUrl: string) => receiveAllMessages(ministack, queueUrl);

  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const deadLetters = await makeQueue(sqs, `${name}-dead-letters`);
  const queue = await makeQueue(sqs, `${name}-queue`, {
    VisibilityTimeout: String(visibilityS),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount }),
  });
  await sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: queue.url,
      Attributes: {
        Policy: makeSendPolicy(queue, 's3.amazonaws.com', `arn:aws:s3:::${bucket}`, ministack.account),
      },
    }),
  );
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: {
        QueueConfigurations: [
          {
            Id: 'csv2ddb',
            QueueArn: queue.arn,
            Events: ['s3:ObjectCreated:*'],
            Filter: {
              Key: {
                FilterRules: [
                  { Name: 'prefix', Value: 'import/' },
                  ...(suffix === undefined ? [] : [{ Name: 'suffix' as const, Value: suffix }]),
                ],
              },
            },
          },
        ],
      },
    }),
  );
  // Removes S3's test event, so that tests receive only their own messages.
  await receiveAll(queue.url);
  const tableName = await createTable(dynamodb, { ...table, name: `${name}-table` });

  return {
    ministack,
    name,
    bucket,
    queue,
    deadLetters,
    table: tableName,
    ...(options.topic === true ? { topic: await makeTopic(ministack, name) } : {}),
    putObject: async (key, body, metadata) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: { ...metadata } }));
    },
    getText: async (key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToString()) ?? '';
    },
    list: async (prefix) => {
      const keys: string[] = [];
      for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
        keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      }
      return keys;
    },
    receiveAll,
    depth: async (queueUrl) => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
      );
      return {
        visible: Number(Attributes['ApproximateNumberOfMessages']),
        inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
        delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed']),
      };
    },
    items: () => scanAll(dynamodb, tableName),
  };
}

async function makeTopic({ sns, sqs, account }: Ministack, name: string): Promise<{ arn: string; queue: Queue }> {
  const { TopicArn: arn = '' } = await sns.send(new CreateTopicCommand({ Name: `${name}-topic` }));
  const queue = await makeQueue(sqs, `${name}-published`);
  await sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: queue.url,
      Attributes: { Policy: makeSendPolicy(queue, 'sns.amazonaws.com', arn, account) },
    }),
  );
  await sns.send(new SubscribeCommand({ TopicArn: arn, Protocol: 'sqs', Endpoint: queue.arn }));
  return { arn, queue };
}

async function receiveAllMessages({ sqs }: Ministack, queueUrl: string): Promise<Message[]> {
  const taken: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) return taken;
    for (const message of Messages) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
    taken.push(...Messages);
  }
}
