import { withSharedMeanings } from './meanings.ts';
import { callError, toLoaderError } from './translate.ts';

/** The SQS calls that csv2ddb makes, by their IAM names without `sqs:`. */
export type SqsAction =
  'ReceiveMessage' | 'DeleteMessage' | 'SendMessage' | 'ChangeMessageVisibility' | 'GetQueueAttributes';

/** Error names of both protocols. Source: Amazon SQS API Reference, the errors of each call. */
const meanings = withSharedMeanings({
  PIPELINE_NOT_FOUND: ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 'InvalidAddress'],
  // The limit is 120,000 messages in flight; the call succeeds once some of them are deleted.
  throttled: ['OverLimit'],
});

/**
 * Translates the error of an SQS call to a LoaderError (see `toLoaderError`).
 *
 * More codes: PIPELINE_NOT_FOUND (the queue does not exist), RETRIES_EXHAUSTED (a response was damaged).
 */
export function toSqsError(error: unknown, action: SqsAction, queueUrl: string): Error {
  const call = { action: `sqs:${action}`, on: queueUrl };
  if (isChecksumMismatch(error)) {
    return callError('RETRIES_EXHAUSTED', call, 'a response was damaged in transit');
  }
  const hints = {
    PIPELINE_NOT_FOUND: 'Check --queue-url, --region and --endpoint-url.',
    ACCESS_DENIED: `Allow sqs:${action} on the queue for the role or user that runs csv2ddb.`,
  };
  return toLoaderError(error, call, { title: 'SQS', meanings, hints });
}

/** The SDK has no error name for an MD5 mismatch, only these messages. */
function isChecksumMismatch(error: unknown): boolean {
  return error instanceof Error && /^(InvalidChecksumError|Invalid MD5 checksum on messages)/.test(error.message);
}
