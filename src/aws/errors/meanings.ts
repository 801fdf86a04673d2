import { errorCodes, type ErrorCode } from '../../errors.ts';

/**
 * Meaning of an AWS error for the request. After `unknown`, the request may have been applied. After `renew`, retry with
 * renewed credentials; after `clock`, with the correct time. An `ErrorCode` ends the run.
 */
export type Meaning = 'throttled' | 'refused' | 'unknown' | 'renew' | 'clock' | ErrorCode;

/** Meanings by error name. */
export type Meanings = ReadonlyMap<string, Meaning>;

/**
 * Error names that all services share. Sources: the "Common Errors" of the API references of DynamoDB, SQS, SNS and
 * Lambda; S3 API Reference, "Error responses"; DynamoDB Developer Guide, "Error handling with DynamoDB".
 */
const shared: Meanings = new Map(
  flatten({
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

/** Returns the shared error names plus those of one service. */
export function withSharedMeanings(own: Partial<Record<Meaning, readonly string[]>>): Meanings {
  return new Map([...shared, ...flatten(own)]);
}

function flatten(names: Partial<Record<Meaning, readonly string[]>>): [name: string, meaning: Meaning][] {
  const lists = Object.entries(names) as [Meaning, readonly string[]][];
  return lists.flatMap(([meaning, list]) => list.map((name): [string, Meaning] => [name, meaning]));
}

/**
 * @param name Error name without a namespace; empty if the response has none.
 * @param status HTTP status of the error response.
 */
export function meaningOf(name: string, status: number, meanings = shared): Meaning {
  const known = meanings.get(name);
  // With a 5xx, a gateway may have responded after it forwarded the request.
  if (known === 'throttled' && status >= 500) return 'unknown';
  if (known !== undefined) return known;
  if (status >= 500 || status === 408) return 'unknown';
  if (status === 413) return 'refused';
  if (status === 429) return 'throttled';
  // DynamoDB itself returns 200 and 400. If the code is missing, the response was damaged in transit.
  if (name === '' && (status < 300 || status === 400)) return 'unknown';
  return 'REQUEST_REFUSED';
}

/** Whether an error with this meaning ends the run immediately. */
export function isErrorCode(meaning: Meaning): meaning is ErrorCode {
  return meaning in errorCodes;
}

/** Returns the error code for a request that is not retried again. */
export function codeOf(meaning: Meaning, name: string, message: string): ErrorCode {
  if (isErrorCode(meaning)) return meaning;
  // The SDK has already corrected a wrong clock, so the secret key must be wrong.
  if (meaning === 'clock') return isClockError(name, message) ? 'CLOCK_SKEWED' : 'CREDENTIALS_INVALID';
  if (meaning === 'renew') return 'CREDENTIALS_INVALID';
  return meaning === 'refused' ? 'REQUEST_REFUSED' : 'RETRIES_EXHAUSTED';
}

/** Whether AWS rejected a signature because of its time, not because of the secret key. */
export function isClockError(name: string, message: string): boolean {
  return (
    name === 'RequestExpired' || name === 'RequestTimeTooSkewed' || /signature (expired|not yet current)/i.test(message)
  );
}
