import { randomUUID } from 'node:crypto';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { makeClient, sharedConfig } from '../../aws/config.ts';
import { toLoaderError, type Hints } from '../../aws/errors/translate.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import { cleanMessage } from '../../text/clean-message.ts';
import { LoaderError } from '../../errors.ts';
import type { Notification } from './notification.ts';

/** Publishes a notification. @throws LoaderError */
export type Publish = (notification: Notification) => Promise<void>;

export interface SnsPublisherOptions {
  /** Client for the region of the topic. */
  readonly client: SNSClient;
  /** ARN. */
  readonly topic: string;
  /** Aborted when the user interrupts the run, which also cancels an ongoing publish. */
  readonly stop: AbortSignal;
  /** Milliseconds for all attempts together. Default: 10,000 after an interrupted run, else 60,000. */
  readonly timeoutMs?: number;
}

/**
 * Creates an SNS client, configured by `sharedConfig`.
 * @param region Region of the topic, which may differ from that of the table.
 * @throws LoaderError USAGE if the endpoint, the region or AWS_CA_BUNDLE is not valid.
 */
export function makeSnsClient(aws: AwsSettings, region: string): SNSClient {
  return makeClient(() => new SNSClient(sharedConfig({ ...aws, region })));
}

const defaultTimeoutMs = 60_000;
const interruptedTimeoutMs = 10_000;

/**
 * Creates a publisher for a standard or FIFO topic.
 *
 * Errors: ACCESS_DENIED, CREDENTIALS_INVALID, CLOCK_SKEWED, REGION_MISSING, ENDPOINT_UNREACHABLE, RETRIES_EXHAUSTED,
 * REQUEST_REFUSED (the topic does not exist, or SNS rejects the message), INTERRUPTED, USAGE.
 */
export function createSnsPublisher({ client, topic, stop, timeoutMs }: SnsPublisherOptions): Publish {
  return async ({ subject, message, attributes }) => {
    const limitMs = timeoutMs ?? (stop.aborted ? interruptedTimeoutMs : defaultTimeoutMs);
    const timeout = AbortSignal.timeout(limitMs);
    const command = new PublishCommand({
      TopicArn: topic,
      Subject: subject,
      Message: message,
      MessageAttributes: {
        status: { DataType: 'Number', StringValue: String(attributes.status) },
        table: { DataType: 'String', StringValue: attributes.table },
      },
      ...(topic.endsWith('.fifo') && { MessageGroupId: 'csv2ddb', MessageDeduplicationId: randomUUID() }),
    });
    try {
      // After the first interrupt, only the timeout applies: a second interrupt ends the process.
      await client.send(command, { abortSignal: stop.aborted ? timeout : AbortSignal.any([timeout, stop]) });
    } catch (error) {
      throw publishError(topic, timeout.aborted ? timeoutError(limitMs) : toSnsError(error));
    }
  };
}

/** Extracts REGION from `arn:aws:sns:REGION:ACCOUNT:NAME`. */
export function topicRegion(topic: string): string {
  return topic.split(':')[3] ?? '';
}

const hints: Hints = {
  ACCESS_DENIED:
    "Allow sns:Publish on the topic for the role or user that runs csv2ddb, and check the topic's own policy. If the topic has a KMS key of your own, also allow kms:GenerateDataKey and kms:Decrypt on that key.",
  CLOCK_SKEWED: 'Synchronize the clock (NTP).',
  CREDENTIALS_INVALID: 'Renew the credentials. Test them with `aws sts get-caller-identity`.',
  REQUEST_REFUSED: 'Check the topic in --notify.',
  RETRIES_EXHAUSTED: 'Use --summary to keep a copy of the summary in a file.',
};

function toSnsError(error: unknown): LoaderError {
  const known = toLoaderError(error, { action: 'sns:Publish', on: 'the topic' }, { title: 'SNS', hints });
  if (known instanceof LoaderError) return known;
  return new LoaderError('INTERNAL', cleanMessage(`${known.name}: ${known.message}`));
}

function timeoutError(limitMs: number): LoaderError {
  return new LoaderError('ENDPOINT_UNREACHABLE', `no response within ${Math.round(limitMs / 1000)} s`, {
    hint: 'Check the network connection to SNS.',
  });
}

function publishError(topic: string, { code, message, hint }: LoaderError): LoaderError {
  // A user who interrupted the run needs no hint.
  const advice = code === 'INTERRUPTED' ? undefined : (hint ?? 'Check the topic in --notify.');
  return new LoaderError(code, `cannot publish the summary to ${topic} (the load itself is not affected): ${message}`, {
    hint: advice,
  });
}
