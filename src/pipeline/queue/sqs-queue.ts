import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type QueueAttributeName,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { longPollMs } from '../../aws/sqs-client.ts';
import { toSqsError, type SqsAction } from '../../aws/errors/sqs.ts';
import { messageOf, type GoOn } from './messages.ts';

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

export interface SqsQueue {
  /** @param delayMs 900 s at most count. */
  send(message: GoOn, delayMs: number): Promise<void>;
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
  const sent = <T>(action: SqsAction, answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw toSqsError(error, action, url);
    });
  /** Numbers; 0 where the queue does not say. */
  const attributes = async (...names: QueueAttributeName[]) => {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: names });
    const { Attributes: values = {} } = await sent('GetQueueAttributes', client.send(command));
    return names.map((name) => Number(values[name] ?? 0));
  };

  return {
    async send(message, delayMs) {
      const command = new SendMessageCommand({
        QueueUrl: url,
        MessageBody: messageOf(message),
        DelaySeconds: Math.min(Math.ceil(delayMs / 1000), longestDelayS),
        // Fair queues: a job of many ranges does not keep the others waiting.
        MessageGroupId: message.job,
      });
      await sent('SendMessage', client.send(command));
    },
    async sendText(body) {
      await sent('SendMessage', client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body })));
    },
    async receive(most, visibilityMs, waitMs, signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(most, mostMessages),
        VisibilityTimeout: Math.ceil(visibilityMs / 1000),
        WaitTimeSeconds: Math.min(waitMs, longPollMs) / 1000,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      const answer = client.send(command, { abortSignal: signal });
      const { Messages: messages = [] } = await sent('ReceiveMessage', answer);
      return messages.map(({ MessageId: id, ReceiptHandle: receipt, Body: body, Attributes: values }) => ({
        id: id ?? '',
        receipt: receipt ?? '',
        body: body ?? '',
        receives: Number(values?.ApproximateReceiveCount ?? 1),
      }));
    },
    async hide(receipt, ms) {
      const seconds = Math.max(0, Math.ceil(ms / 1000));
      const about = { QueueUrl: url, ReceiptHandle: receipt, VisibilityTimeout: seconds };
      await sent('ChangeMessageVisibility', client.send(new ChangeMessageVisibilityCommand(about)));
    },
    async delete(receipt) {
      const about = { QueueUrl: url, ReceiptHandle: receipt };
      await sent('DeleteMessage', client.send(new DeleteMessageCommand(about)));
    },
    async visibilityMs() {
      const [seconds = 0] = await attributes('VisibilityTimeout');
      return seconds * 1000;
    },
    async depth() {
      const [visible = 0, inFlight = 0, delayed = 0] = await attributes(
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      );
      return { visible, inFlight, delayed };
    },
  };
}
