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
import { formatMessage, type TaskMessage } from './messages.ts';

/** Maximum delay of a message, in seconds (SQS API Reference, "SendMessage"). */
const maxDelaySeconds = 900;
/** Maximum messages of a response (SQS API Reference, "ReceiveMessage"). */
const maxMessages = 10;

/** A received message. The receiver deletes it, or extends its visibility timeout before it becomes visible again. */
export interface ReceivedMessage {
  readonly id: string;
  /** Identifies this receive for `delete` and `setVisibility`. */
  readonly receiptHandle: string;
  readonly body: string;
  /** Number of receives, including this one. */
  readonly receives: number;
}

/** Approximate number of messages. SQS updates it within about a minute. */
export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface SqsQueue {
  /** @param delayMs Limited to 900 s. */
  send(message: TaskMessage, delayMs: number): Promise<void>;
  /** Sends a body that is not a task message, such as an event. */
  sendText(body: string): Promise<void>;
  /**
   * Waits for messages.
   * @param max Limited to 10.
   * @param visibilityMs Time for which no other receiver gets the messages.
   * @param waitMs Limited to 20 s.
   */
  receive(max: number, visibilityMs: number, waitMs: number, signal: AbortSignal): Promise<ReceivedMessage[]>;
  /** Makes a message visible again after `ms`; 0: immediately. */
  setVisibility(receiptHandle: string, ms: number): Promise<void>;
  delete(receiptHandle: string): Promise<void>;
  depth(): Promise<QueueDepth>;
  /** Returns the visibility timeout of the queue. */
  visibilityMs(): Promise<number>;
}

/** @throws LoaderError See `toSqsError`. */
export function openSqsQueue(client: SQSClient, url: string): SqsQueue {
  /** Translates errors. The SDK has retried the call before. */
  const call = <T>(action: SqsAction, response: Promise<T>): Promise<T> =>
    response.catch((error: unknown) => {
      throw toSqsError(error, action, url);
    });
  /** Returns the values of numeric attributes; 0 if SQS returns none. */
  const getAttributes = async (...names: QueueAttributeName[]) => {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: names });
    const { Attributes: values = {} } = await call('GetQueueAttributes', client.send(command));
    return names.map((name) => Number(values[name] ?? 0));
  };

  return {
    async send(message, delayMs) {
      const command = new SendMessageCommand({
        QueueUrl: url,
        MessageBody: formatMessage(message),
        DelaySeconds: Math.min(Math.ceil(delayMs / 1000), maxDelaySeconds),
        // Fair queues: a job with many ranges does not delay the others.
        MessageGroupId: message.job,
      });
      await call('SendMessage', client.send(command));
    },
    async sendText(body) {
      await call('SendMessage', client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body })));
    },
    async receive(max, visibilityMs, waitMs, signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(max, maxMessages),
        VisibilityTimeout: Math.ceil(visibilityMs / 1000),
        WaitTimeSeconds: Math.min(waitMs, longPollMs) / 1000,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      const response = client.send(command, { abortSignal: signal });
      const { Messages: messages = [] } = await call('ReceiveMessage', response);
      return messages.map(({ MessageId: id, ReceiptHandle: receiptHandle, Body: body, Attributes: values }) => ({
        id: id ?? '',
        receiptHandle: receiptHandle ?? '',
        body: body ?? '',
        receives: Number(values?.ApproximateReceiveCount ?? 1),
      }));
    },
    async setVisibility(receiptHandle, ms) {
      const seconds = Math.max(0, Math.ceil(ms / 1000));
      const input = { QueueUrl: url, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
      await call('ChangeMessageVisibility', client.send(new ChangeMessageVisibilityCommand(input)));
    },
    async delete(receiptHandle) {
      const input = { QueueUrl: url, ReceiptHandle: receiptHandle };
      await call('DeleteMessage', client.send(new DeleteMessageCommand(input)));
    },
    async visibilityMs() {
      const [seconds = 0] = await getAttributes('VisibilityTimeout');
      return seconds * 1000;
    },
    async depth() {
      const [visible = 0, inFlight = 0, delayed = 0] = await getAttributes(
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      );
      return { visible, inFlight, delayed };
    },
  };
}
