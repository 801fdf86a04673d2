import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { longPollMs } from '../../aws/sqs-client.ts';
import { toSqsError, type SqsAction } from '../../aws/sqs-errors.ts';
import type { Queue } from './queue.ts';
import { messageOf } from './messages.ts';

/** SQS API Reference, "SendMessage": a delay at most. */
const longestDelayS = 900;
/** SQS API Reference, "ReceiveMessage": messages at most. */
const mostMessages = 10;

/** A message as it was received; who has it deletes it, or hides it for longer, before it is visible again. */
export interface Received {
  readonly id: string;
  /** For delete and hide; another one at each receive. */
  readonly receipt: string;
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receives: number;
}

/** About how many messages there are: SQS counts within a minute or so. */
export interface Depth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface SqsQueue extends Queue {
  /** Sends what is no message of ours: an event. */
  sendText(body: string): Promise<void>;
  /**
   * Waits for messages.
   * @param most 10 at most count.
   * @param waitMs 20 s at most count.
   * @param visibilityMs for which nobody else receives them.
   */
  receive(most: number, visibilityMs: number, waitMs: number, signal: AbortSignal): Promise<Received[]>;
  /** Makes a message visible after so many ms from now on; 0: at once. */
  hide(receipt: string, ms: number): Promise<void>;
  delete(receipt: string): Promise<void>;
  depth(): Promise<Depth>;
  /** For how long nobody else sees a message that somebody has taken. */
  visibilityMs(): Promise<number>;
}

/** @throws LoaderError see `toSqsError` */
export function sqsQueue(client: SQSClient, url: string): SqsQueue {
  /** Calls that fail are tried again by the SDK. */
  async function call<T>(action: SqsAction, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toSqsError(error, action, url);
    }
  }

  return {
    send: (message, delayMs) =>
      call('SendMessage', async () => {
        await client.send(
          new SendMessageCommand({
            QueueUrl: url,
            MessageBody: messageOf(message),
            DelaySeconds: Math.min(Math.ceil(delayMs / 1000), longestDelayS),
            // Fair queues: a job of many ranges does not keep the others waiting.
            MessageGroupId: message.job,
          }),
        );
      }),
    sendText: (body) =>
      call('SendMessage', async () => {
        await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
      }),
    receive: (most, visibilityMs, waitMs, signal) =>
      call('ReceiveMessage', async () => {
        const command = new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: Math.min(most, mostMessages),
          VisibilityTimeout: Math.ceil(visibilityMs / 1000),
          WaitTimeSeconds: Math.min(waitMs, longPollMs) / 1000,
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        });
        const { Messages: messages = [] } = await client.send(command, { abortSignal: signal });
        return messages.map(({ MessageId: id, ReceiptHandle: receipt, Body: body, Attributes: attributes }) => ({
          id: id ?? '',
          receipt: receipt ?? '',
          body: body ?? '',
          receives: Number(attributes?.ApproximateReceiveCount ?? 1),
        }));
      }),
    hide: (receipt, ms) =>
      call('ChangeMessageVisibility', async () => {
        const seconds = Math.max(0, Math.ceil(ms / 1000));
        await client.send(
          new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: receipt, VisibilityTimeout: seconds }),
        );
      }),
    delete: (receipt) =>
      call('DeleteMessage', async () => {
        await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receipt }));
      }),
    visibilityMs: () =>
      call('GetQueueAttributes', async () => {
        const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['VisibilityTimeout'] });
        const { Attributes: attributes } = await client.send(command);
        return Number(attributes?.VisibilityTimeout ?? 0) * 1000;
      }),
    depth: () =>
      call('GetQueueAttributes', async () => {
        const { Attributes: attributes = {} } = await client.send(
          new GetQueueAttributesCommand({
            QueueUrl: url,
            AttributeNames: [
              'ApproximateNumberOfMessages',
              'ApproximateNumberOfMessagesNotVisible',
              'ApproximateNumberOfMessagesDelayed',
            ],
          }),
        );
        return {
          visible: Number(attributes.ApproximateNumberOfMessages ?? 0),
          inFlight: Number(attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
          delayed: Number(attributes.ApproximateNumberOfMessagesDelayed ?? 0),
        };
      }),
  };
}
