import { randomUUID } from 'node:crypto';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { toLoaderError } from '../../aws/sdk-errors.ts';
import { cleanMessage } from '../../text/clean-message.ts';
import { LoaderError, type ErrorCode } from '../../errors.ts';
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

const timeoutMsWhereInterrupted = 10_000;
const timeoutMsElse = 60_000;

/**
 * Publishes to an SNS topic, also a FIFO one.
 *
 * Errors: ACCESS_DENIED, CREDENTIALS_INVALID, CLOCK_SKEWED, REGION_MISSING, ENDPOINT_UNREACHABLE, RETRIES_USED_UP,
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
      throw notPublished(topic, limit.aborted ? tooLate(limitMs) : fromSns(error));
    }
  };
}

/** `arn:aws:sns:REGION:ACCOUNT:NAME` */
export function topicRegion(topic: string): string {
  return topic.split(':')[3] ?? '';
}

interface Why {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

function notPublished(topic: string, { code, message, hint }: Why): LoaderError {
  return new LoaderError(code, `the summary is not published to ${topic}: ${message}`, {
    hint: hint ?? 'Check the topic of --notify; the load itself is not affected.',
  });
}

function tooLate(limitMs: number): Why {
  const message = `no answer within ${Math.round(limitMs / 1000)} s`;
  return { code: 'ENDPOINT_UNREACHABLE', message, hint: 'Check the way to SNS; the load itself is not affected.' };
}

/** SNS API Reference, "Publish" and "Common Errors"; a role's policy or the topic's own may be what denies it. */
const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['AuthorizationError', 'ACCESS_DENIED'],
  ['AuthorizationErrorException', 'ACCESS_DENIED'],
  ['AccessDenied', 'ACCESS_DENIED'],
  ['AccessDeniedException', 'ACCESS_DENIED'],
  ['KMSAccessDenied', 'ACCESS_DENIED'],
  ['KMSAccessDeniedException', 'ACCESS_DENIED'],
  ['OptInRequired', 'ACCESS_DENIED'],
  ['ExpiredToken', 'CREDENTIALS_INVALID'],
  ['InvalidClientTokenId', 'CREDENTIALS_INVALID'],
  ['InvalidSecurity', 'CREDENTIALS_INVALID'],
  ['MissingAuthenticationToken', 'CREDENTIALS_INVALID'],
  ['RequestExpired', 'CLOCK_SKEWED'],
]);

const hints: Partial<Record<ErrorCode, string>> = {
  ACCESS_DENIED:
    "Allow sns:Publish on the topic (and kms:GenerateDataKey and kms:Decrypt on its key, where it has one of yours) to the role or user that runs csv2ddb, and look at the topic's own policy.",
  CREDENTIALS_INVALID: 'Renew them: `aws sts get-caller-identity` shows who you are; the load itself is not affected.',
  CLOCK_SKEWED: 'Set the clock (NTP); the load itself is not affected.',
  RETRIES_USED_UP: 'The load itself is not affected: --summary keeps a copy of what was to be published.',
};

function fromSns(error: unknown): Why {
  const status = statusOf(error);
  if (!(error instanceof Error) || status === undefined) return fromElsewhere(error);
  const code = codeOf(error.name, error.message, status);
  return { code, message: cleanMessage(`${error.name}: ${error.message}`), hint: hints[code] };
}

function codeOf(name: string, message: string, status: number): ErrorCode {
  // The message may name what was signed; that it is about the time it says at its beginning.
  if (name === 'SignatureDoesNotMatch' || name === 'InvalidSignatureException') {
    return /signature (expired|not yet current)/i.test(message) ? 'CLOCK_SKEWED' : 'CREDENTIALS_INVALID';
  }
  const known = codes.get(name);
  if (known !== undefined) return known;
  return status >= 500 || status === 429 || name.startsWith('Throttl') ? 'RETRIES_USED_UP' : 'REQUEST_REFUSED';
}

/** What SNS did not answer: configuration, credentials, the network; an interruption. */
function fromElsewhere(error: unknown): Why {
  const known = toLoaderError(error, { action: 'DescribeTable' });
  if (known instanceof LoaderError && known.code === 'ENDPOINT_UNREACHABLE') {
    return { code: known.code, message: known.message, hint: 'Check the way to SNS; the load itself is not affected.' };
  }
  if (known instanceof LoaderError && known.code === 'INTERRUPTED') {
    return { code: known.code, message: known.message, hint: 'The load itself is not affected.' };
  }
  if (known instanceof LoaderError) return known;
  return { code: 'INTERNAL', message: cleanMessage(`${known.name}: ${known.message}`) };
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
