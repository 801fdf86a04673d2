import { cleanMessage } from '../text/clean-message.ts';
import { LoaderError, type ErrorCode } from '../errors.ts';

/** The calls this program makes, as IAM names them after `dynamodb:`. */
export type Action = 'BatchWriteItem' | 'DescribeTable' | 'CreateTable';

/** What was being done when an error came: for the words of its message and hint. */
export interface Doing {
  readonly action: Action;
  /** Undefined where only the request's body knows. */
  readonly table?: string | undefined;
}

/**
 * What an error of DynamoDB means to whoever sent the request. Only `unknown` may have been applied.
 * `renew`: good again, perhaps, with fresh credentials. `clock`: with the right time, perhaps.
 */
export type Meaning =
  | { readonly kind: 'throttled' | 'refused' | 'unknown' | 'renew' | 'clock' }
  | { readonly kind: 'fatal'; readonly code: ErrorCode };

const throttled: Meaning = { kind: 'throttled' };
const refused: Meaning = { kind: 'refused' };
const unknown: Meaning = { kind: 'unknown' };
const renew: Meaning = { kind: 'renew' };
const clock: Meaning = { kind: 'clock' };
const fatal = (code: ErrorCode): Meaning => ({ kind: 'fatal', code });

/**
 * Source: DynamoDB Developer Guide, "Error handling with DynamoDB"; API Reference, "Common Errors" and the
 * errors of BatchWriteItem.
 */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  ['ProvisionedThroughputExceededException', throttled],
  ['ThrottlingException', throttled],
  ['Throttling', throttled],
  ['RequestLimitExceeded', throttled],
  ['TooManyRequestsException', throttled],

  ['ValidationException', refused],
  ['SerializationException', refused],
  // AWS calls it retryable, but an item collection does not shrink while a load waits
  ['ItemCollectionSizeLimitExceededException', refused],
  ['RequestTooLarge', refused],

  ['InternalServerError', unknown],
  ['InternalServerErrorException', unknown],
  ['InternalFailure', unknown],
  ['ServiceUnavailable', unknown],
  ['ServiceUnavailableException', unknown],
  ['ReplicatedWriteConflictException', unknown],
  ['RequestTimeout', unknown],
  ['RequestTimeoutException', unknown],

  ['ExpiredTokenException', renew],
  ['ExpiredToken', renew],
  ['UnrecognizedClientException', renew],
  ['InvalidClientTokenId', renew],

  ['InvalidSignatureException', clock],
  ['SignatureDoesNotMatch', clock],
  ['RequestExpired', clock],
  ['RequestTimeTooSkewed', clock],

  ['MissingAuthenticationTokenException', fatal('CREDENTIALS_INVALID')],
  ['MissingAuthenticationToken', fatal('CREDENTIALS_INVALID')],
  ['IncompleteSignatureException', fatal('CREDENTIALS_INVALID')],
  ['IncompleteSignature', fatal('CREDENTIALS_INVALID')],
  ['AccessDeniedException', fatal('ACCESS_DENIED')],
  ['AccessDenied', fatal('ACCESS_DENIED')],
  ['NotAuthorized', fatal('ACCESS_DENIED')],
  ['UnauthorizedOperation', fatal('ACCESS_DENIED')],
  ['OptInRequired', fatal('ACCESS_DENIED')],
  ['SubscriptionRequiredException', fatal('ACCESS_DENIED')],
  ['ResourceNotFoundException', fatal('TABLE_NOT_FOUND')],
  ['TableNotFoundException', fatal('TABLE_NOT_FOUND')],
  ['ResourceInUseException', fatal('TABLE_NOT_READY')],
  ['LimitExceededException', fatal('TABLE_NOT_READY')],
]);

/** An answer of HTTP 413 carries no error code of DynamoDB; this one stands for it. */
export const requestTooLarge = 'RequestTooLarge';

/**
 * @param code As `errorCodeOf` gives it; empty where the answer names none.
 * @param status HTTP status, not 200.
 */
export function meaningOf(code: string, status: number): Meaning {
  const known = meanings.get(code);
  if (known !== undefined) return known;
  if (status >= 500 || status === 408) return unknown;
  if (status === 413) return refused;
  if (status === 429) return throttled;
  // 200 and 400 are what DynamoDB itself answers: without a code, something on the way garbled it
  if (code === '' && (status < 300 || status === 400)) return unknown;
  return fatal('REQUEST_REFUSED');
}

/** The bare error code: `com.amazonaws.dynamodb.v20120810#X` and `X:http://…` are both `X`. */
export function errorCodeOf(type: string): string {
  // Smithy's AWS JSON 1.0: first what follows a colon goes, then what precedes a hash
  const beforeColon = type.split(':', 1).join('');
  return beforeColon.slice(beforeColon.lastIndexOf('#') + 1).trim();
}

/**
 * The error that ends a run, in our words where the endpoint's could repeat what was signed.
 * @param said What the endpoint said, for the codes where that helps.
 */
export function fatalError(code: ErrorCode, doing: Doing, said: string): LoaderError {
  const table = doing.table === undefined ? 'the table' : `table ${doing.table}`;
  const words = cleanMessage(said);
  const because = words === '' ? '' : `: ${words}`;
  switch (code) {
    case 'TABLE_NOT_FOUND':
      return new LoaderError(code, `${table} is not there`, {
        hint: 'Check --table, --region and --endpoint-url, or let --create-table make it.',
      });
    case 'TABLE_NOT_READY':
      return new LoaderError(code, `${table} cannot be used now${because}`, { hint: 'Try again when it is ACTIVE.' });
    case 'ACCESS_DENIED':
      return new LoaderError(code, `dynamodb:${doing.action} on ${table} is not allowed${because}`, {
        hint: `Allow dynamodb:${doing.action} on the table's ARN to the role or user that runs csv2ddb.`,
      });
    case 'CREDENTIALS_INVALID':
      return new LoaderError(code, 'AWS does not accept these credentials', {
        hint: 'Renew them (aws sso login, new keys), check --profile and the AWS_* variables: `aws sts get-caller-identity` shows who you are.',
      });
    case 'CLOCK_SKEWED':
      return new LoaderError(code, 'the clock of this machine is off, so that AWS refuses what it signs', {
        hint: 'Set the clock (NTP), then start again.',
      });
    default:
      return new LoaderError(code, `dynamodb:${doing.action} on ${table} failed${because}`);
  }
}

/** Whether a refused signature is refused for its time, and not for the secret key it was made with. */
export function isAboutTime(code: string, message: string): boolean {
  return (
    code === 'RequestExpired' || code === 'RequestTimeTooSkewed' || /signature (expired|not yet current)/i.test(message)
  );
}
