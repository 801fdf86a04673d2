import { errorCodes, type ErrorCode } from '../../errors.ts';

/**
 * What an error of AWS means to whoever sent the request. Only `unknown` may have been applied.
 * `renew`: good again, perhaps, with fresh credentials. `clock`: with the right time, perhaps. A code ends the run.
 */
export type Meaning = 'throttled' | 'refused' | 'unknown' | 'renew' | 'clock' | ErrorCode;

/** Names of errors, each with its meaning. */
export type Meanings = ReadonlyMap<string, Meaning>;

/**
 * The names that all services share. Sources: the "Common Errors" of the API references of DynamoDB, SQS, SNS and
 * Lambda; S3 API Reference, "Error responses"; DynamoDB Developer Guide, "Error handling with DynamoDB".
 */
const shared: Meanings = new Map(
  meaningsIn({
    throttled: [
      ...['BandwidthLimitExceeded', 'KmsThrottled', 'RequestLimitExceeded', 'RequestThrottled', 'SlowDown'],
      ...['Throttled', 'ThrottledException', 'Throttling', 'ThrottlingException', 'TooManyRequestsException'],
    ],
    unknown: [
      ...['InternalError', 'InternalFailure', 'InternalServerError', 'InternalServerErrorException'],
      ...['RequestTimeout', 'RequestTimeoutException', 'ServiceUnavailable', 'ServiceUnavailableException'],
    ],
    refused: ['SerializationException', 'ValidationException'],
    renew: [
      ...['ExpiredToken', 'ExpiredTokenException', 'InvalidAccessKeyId', 'InvalidClientTokenId', 'InvalidSecurity'],
      ...['InvalidToken', 'TokenRefreshRequired', 'UnrecognizedClientException'],
    ],
    clock: ['InvalidSignatureException', 'RequestExpired', 'RequestTimeTooSkewed', 'SignatureDoesNotMatch'],
    CREDENTIALS_INVALID: [
      ...['IncompleteSignature', 'IncompleteSignatureException'],
      ...['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
    ],
    ACCESS_DENIED: [
      ...['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'AuthorizationErrorException'],
      ...['KMSAccessDenied', 'KMSAccessDeniedException', 'KmsAccessDenied', 'NotAuthorized', 'OptInRequired'],
      ...['SubscriptionRequiredException', 'UnauthorizedOperation'],
    ],
  }),
);

/** The names of one service: the shared ones, and its own. */
export function meaningsWith(own: Partial<Record<Meaning, readonly string[]>>): Meanings {
  return new Map([...shared, ...meaningsIn(own)]);
}

function meaningsIn(names: Partial<Record<Meaning, readonly string[]>>): [name: string, meaning: Meaning][] {
  const lists = Object.entries(names) as [Meaning, readonly string[]][];
  return lists.flatMap(([meaning, list]) => list.map((name): [string, Meaning] => [name, meaning]));
}

/**
 * @param name Without a namespace; empty where the answer names none.
 * @param status HTTP status, of an answer that is an error.
 */
export function meaningOf(name: string, status: number, meanings = shared): Meaning {
  const known = meanings.get(name);
  // A 5xx says less than a name: what answers for the service may have passed the request on.
  if (known === 'throttled' && status >= 500) return 'unknown';
  if (known !== undefined) return known;
  if (status >= 500 || status === 408) return 'unknown';
  if (status === 413) return 'refused';
  if (status === 429) return 'throttled';
  // 200 and 400 are what DynamoDB itself answers: without a code, something on the way garbled it
  if (name === '' && (status < 300 || status === 400)) return 'unknown';
  return 'REQUEST_REFUSED';
}

/** Whether an error with this meaning ends a run at once. */
export function isErrorCode(meaning: Meaning): meaning is ErrorCode {
  return meaning in errorCodes;
}

/** The code that ends a run for an error when it is tried no more. */
export function codeOf(meaning: Meaning, name: string, message: string): ErrorCode {
  if (isErrorCode(meaning)) return meaning;
  // the SDK has corrected a clock that was off already: what is left is the secret key
  if (meaning === 'clock') return isAboutTime(name, message) ? 'CLOCK_SKEWED' : 'CREDENTIALS_INVALID';
  if (meaning === 'renew') return 'CREDENTIALS_INVALID';
  return meaning === 'refused' ? 'REQUEST_REFUSED' : 'RETRIES_EXHAUSTED';
}

/** Whether a refused signature is refused for its time, and not for the secret key it was made with. */
export function isAboutTime(name: string, message: string): boolean {
  return (
    name === 'RequestExpired' || name === 'RequestTimeTooSkewed' || /signature (expired|not yet current)/i.test(message)
  );
}
