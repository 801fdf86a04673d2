import { randomUUID } from 'node:crypto';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { makeClient, sharedConfig } from '../../aws/config.ts';
import { toLoaderError, type Hints } from '../../aws/errors/translate.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import { cleanMessage } from '../../text/clean-message.ts';
import { LoaderError } from '../../errors.ts';
import type { Notification } from './notification.ts';

/** Gives a notification to whoever is to have it. @throws LoaderError */
export type Publish = (notification: Notification) => Promise<void>;

export interface SnsPublisherOptions {
  /** One of the topic's region. */
  readonly client: SNSClient;
  /** ARN. */
  readonly topic: string;
  /** The user's wish to stop: one that comes while it publishes ends that. */
  readonly stop: AbortSignal;
  /** For all attempts together; default 10,000 after an interrupted run, else 60,000. */
  readonly timeoutMs?: number;
}

/**
 * An SNS client, configured as `sharedConfig` says.
 * @param region The topic's, whatever the settings say of the table's.
 * @throws LoaderError USAGE where the endpoint, the region or AWS_CA_BUNDLE is malformed.
 */
export function makeSnsClient(aws: AwsSettings, region: string): SNSClient {
  return makeClient(() => new SNSClient(sharedConfig({ ...aws, region })));
}

const timeoutMsWhereInterrupted = 10_000;
const timeoutMsElse = 60_000;

/**
 * Publishes to an SNS topic, also a FIFO one.
 *
 * Errors: ACCESS_DENIED, CREDENTIALS_INVALID, CLOCK_SKEWED, REGION_MISSING, ENDPOINT_UNREACHABLE, RETRIES_EXHAUSTED,
 * REQUEST_REFUSED (no such topic, or what SNS does not take), INTERRUPTED, USAGE.
 */
export function snsPublisher({ client, topic, stop, timeoutMs }: SnsPublisherOptions): Publish {
  return async ({ subject, message, attributes }) => {
    const limitMs = timeoutMs ?? (stop.aborted ? timeoutMsWhereInterrupted : timeoutMsElse);
    const limit = AbortSignal.timeout(limitMs);
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
      // After the first wish to stop there is no other one to hear of here: the second ends the process.
      await client.send(command, { abortSignal: stop.aborted ? limit : AbortSignal.any([limit, stop]) });
    } catch (error) {
      throw notPublished(topic, limit.aborted ? tooLate(limitMs) : toSnsError(error));
    }
  };
}

/** `arn:aws:sns:REGION:ACCOUNT:NAME` */
export function topicRegion(topic: string): string {
  return topic.split(':')[3] ?? '';
}

const hints: Hints = {
  ACCESS_DENIED:
    "Allow sns:Publish on the topic (and kms:GenerateDataKey and kms:Decrypt on its key, where it has one of yours) to the role or user that runs csv2ddb, and look at the topic's own policy.",
  CLOCK_SKEWED: 'Set the clock (NTP).',
  CREDENTIALS_INVALID: 'Renew them: `aws sts get-caller-identity` shows who you are.',
  REQUEST_REFUSED: 'Check the topic of --notify.',
  RETRIES_EXHAUSTED: '--summary keeps a copy of what was to be published.',
};

function toSnsError(error: unknown): LoaderError {
  const known = toLoaderError(error, { action: 'sns:Publish', on: 'the topic' }, { title: 'SNS', hints });
  if (known instanceof LoaderError) return known;
  return new LoaderError('INTERNAL', cleanMessage(`${known.name}: ${known.message}`));
}

function tooLate(limitMs: number): LoaderError {
  return new LoaderError('ENDPOINT_UNREACHABLE', `no answer within ${Math.round(limitMs / 1000)} s`, {
    hint: 'Check the way to SNS.',
  });
}

function notPublished(topic: string, { code, message, hint }: LoaderError): LoaderError {
  // Who interrupted it knows what to do.
  const advice = code === 'INTERRUPTED' ? '' : `${hint ?? 'Check the topic of --notify.'} `;
  return new LoaderError(code, `the summary is not published to ${topic}: ${message}`, {
    hint: `${advice}The load itself is not affected.`,
  });
}
