import { cleanMessage, isAboutTime } from '../dynamodb/errors.ts';
import { LoaderError, type ErrorCode } from '../errors.ts';
import { toLoaderError } from './sdk-errors.ts';
import { s3StatusOf } from './s3-errors.ts';

/** The calls this program makes, as IAM names them after `sqs:`. */
export type SqsAction =
  'ReceiveMessage' | 'DeleteMessage' | 'SendMessage' | 'ChangeMessageVisibility' | 'GetQueueAttributes';

/** Amazon SQS API Reference, "Common Error Types", and the errors of the calls; both protocols' names. */
const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['QueueDoesNotExist', 'PIPELINE_NOT_FOUND'],
  ['AWS.SimpleQueueService.NonExistentQueue', 'PIPELINE_NOT_FOUND'],
  ['InvalidAddress', 'PIPELINE_NOT_FOUND'],
  ['AccessDenied', 'ACCESS_DENIED'],
  ['AccessDeniedException', 'ACCESS_DENIED'],
  ['KmsAccessDenied', 'ACCESS_DENIED'],
  ['OptInRequired', 'ACCESS_DENIED'],
  ['ExpiredToken', 'CREDENTIALS_INVALID'],
  ['ExpiredTokenException', 'CREDENTIALS_INVALID'],
  ['InvalidClientTokenId', 'CREDENTIALS_INVALID'],
  ['UnrecognizedClientException', 'CREDENTIALS_INVALID'],
  ['InvalidSecurity', 'CREDENTIALS_INVALID'],
  ['SignatureDoesNotMatch', 'CREDENTIALS_INVALID'],
  ['InvalidSignatureException', 'CREDENTIALS_INVALID'],
  ['IncompleteSignature', 'CREDENTIALS_INVALID'],
  ['IncompleteSignatureException', 'CREDENTIALS_INVALID'],
  ['MissingAuthenticationToken', 'CREDENTIALS_INVALID'],
  ['MissingAuthenticationTokenException', 'CREDENTIALS_INVALID'],
  ['RequestThrottled', 'RETRIES_USED_UP'],
  ['KmsThrottled', 'RETRIES_USED_UP'],
  ['Throttling', 'RETRIES_USED_UP'],
  ['ThrottlingException', 'RETRIES_USED_UP'],
  ['RequestLimitExceeded', 'RETRIES_USED_UP'],
  // 120,000 messages in flight: it passes when some of them are done.
  ['OverLimit', 'RETRIES_USED_UP'],
]);

const hints: Partial<Record<ErrorCode, (action: SqsAction) => string>> = {
  PIPELINE_NOT_FOUND: () => 'Check --queue-url, --region and --endpoint-url.',
  ACCESS_DENIED: (action) => `Allow sqs:${action} on the queue to the role or user that runs csv2ddb.`,
  CREDENTIALS_INVALID: () => 'Renew them: `aws sts get-caller-identity` shows who you are.',
  CLOCK_SKEWED: () => 'Set the clock (NTP), then start again.',
  RETRIES_USED_UP: () => 'Try again in a while.',
};

/**
 * What the SDK throws for a call of SQS, or the network below it, as a LoaderError with a code and a hint; what is neither
 * comes back as it is (a bug of ours). No credential gets into it, and the original is not kept as `cause`.
 *
 * Codes: PIPELINE_NOT_FOUND (no such queue), ACCESS_DENIED, CREDENTIALS_INVALID, CLOCK_SKEWED, REGION_MISSING,
 * ENDPOINT_UNREACHABLE, RETRIES_USED_UP, REQUEST_REFUSED, INTERRUPTED, USAGE.
 */
export function toSqsError(error: unknown, action: SqsAction, queueUrl: string): Error {
  const failed = (code: ErrorCode, why: string): LoaderError =>
    new LoaderError(code, `sqs:${action} on ${queueUrl} failed: ${why}`, { hint: hints[code]?.(action) });
  const status = s3StatusOf(error);
  if (error instanceof Error && status !== undefined) {
    return failed(codeOf(error, status), cleanMessage(`${error.name}: ${error.message}`));
  }
  if (isDamaged(error)) return failed('RETRIES_USED_UP', 'an answer was damaged on its way');
  return toLoaderError(error, { action: 'DescribeTable' });
}

function codeOf({ name, message }: Error, status: number): ErrorCode {
  if (isAboutTime(name, message)) return 'CLOCK_SKEWED';
  return codes.get(name) ?? (status >= 500 || status === 429 ? 'RETRIES_USED_UP' : 'REQUEST_REFUSED');
}

/** A body is not the one that its MD5 was made of: the SDK's own words, it has no name for it. */
function isDamaged(error: unknown): boolean {
  return error instanceof Error && /^(InvalidChecksumError|Invalid MD5 checksum on messages)/.test(error.message);
}
