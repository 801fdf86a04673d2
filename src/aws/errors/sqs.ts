import { meaningsWith } from './meanings.ts';
import { callError, toLoaderError } from './translate.ts';

/** The calls this program makes, as IAM names them after `sqs:`. */
export type SqsAction =
  'ReceiveMessage' | 'DeleteMessage' | 'SendMessage' | 'ChangeMessageVisibility' | 'GetQueueAttributes';

/** Amazon SQS API Reference, the errors of the calls; both protocols' names. */
const meanings = meaningsWith({
  PIPELINE_NOT_FOUND: ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 'InvalidAddress'],
  // 120,000 messages in flight: it passes when some of them are done.
  throttled: ['OverLimit'],
});

/**
 * What the SDK throws for a call of SQS, or the network below it, as a LoaderError (see `toLoaderError`).
 *
 * Codes besides: PIPELINE_NOT_FOUND (no such queue), RETRIES_EXHAUSTED where an answer was damaged.
 */
export function toSqsError(error: unknown, action: SqsAction, queueUrl: string): Error {
  const call = { action: `sqs:${action}`, on: queueUrl };
  if (isDamaged(error)) {
    return callError('RETRIES_EXHAUSTED', call, 'an answer was damaged on its way');
  }
  const hints = {
    PIPELINE_NOT_FOUND: 'Check --queue-url, --region and --endpoint-url.',
    ACCESS_DENIED: `Allow sqs:${action} on the queue to the role or user that runs csv2ddb.`,
  };
  return toLoaderError(error, call, { title: 'SQS', meanings, hints });
}

/** A body is not the one that its MD5 was made of: the SDK's own words, it has no name for it. */
function isDamaged(error: unknown): boolean {
  return error instanceof Error && /^(InvalidChecksumError|Invalid MD5 checksum on messages)/.test(error.message);
}
