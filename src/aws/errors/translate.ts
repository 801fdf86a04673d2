import { cleanMessage } from '../../text/clean-message.ts';
import { LoaderError, type ErrorCode, type ErrorPlace } from '../../errors.ts';
import { codeOf, meaningOf, type Meanings } from './meanings.ts';
import { statusOf } from './sdk-error.ts';
import { toNoResponseError } from './no-response.ts';

/** An AWS call, for the words of its errors. */
export interface ApiCall {
  /** IAM name: `lambda:CreateFunction`. */
  readonly action: string;
  /** Resource of the call: `function csv2ddb`. */
  readonly on: string;
  /** Position in the input, if the call reads a source. */
  readonly place?: ErrorPlace;
}

export interface ErrorResponse {
  readonly status: number;
  readonly name: string;
  /** Message of the service, without secrets; empty if it gives no reason. */
  readonly reason: string;
  /** Original SDK error. */
  readonly error: Error;
}

export type Hints = Partial<Record<ErrorCode, string>>;

/** How the errors of one service differ from the errors that all services share. */
export interface ServiceErrors {
  /** Name of the service in messages. Default: `AWS`. */
  readonly title?: string;
  /** From `withSharedMeanings`. */
  readonly meanings?: Meanings;
  readonly hints?: Hints;
  /** Returns a service-specific error; undefined to use the default words. */
  readonly explain?: (code: ErrorCode, response: ErrorResponse) => LoaderError | undefined;
}

/**
 * Translates an error of the SDK, or of the network below it, to a LoaderError with a code and a hint. Returns any other
 * error, which is a bug, unchanged. The result holds no credentials and no user or query part of a URL. It has no `cause`,
 * because hidden properties of the original error hold both.
 *
 * Codes: those of `toNoResponseError`, ACCESS_DENIED, CREDENTIALS_INVALID, CLOCK_SKEWED, REQUEST_REFUSED, RETRIES_EXHAUSTED
 * (throttling or 5xx after the last attempt of the SDK), and those of the service.
 */
export function toLoaderError(error: unknown, call: ApiCall, service: ServiceErrors = {}): Error {
  const known = toNoResponseError(error);
  const status = statusOf(known);
  if (known instanceof LoaderError || status === undefined) return known;
  const { name, message } = known;
  const { title = 'AWS', meanings, hints, explain } = service;
  const meaning = meaningOf(name, status, meanings);
  if (meaning === 'REQUEST_REFUSED' && isParseError(known)) {
    return new LoaderError(
      'REQUEST_REFUSED',
      `the endpoint is not ${title}: cannot parse its response (HTTP ${status})`,
      {
        hint: 'Check --endpoint-url (or AWS_ENDPOINT_URL).',
      },
    );
  }
  const code = meaning === 'REQUEST_REFUSED' && status === 403 ? 'ACCESS_DENIED' : codeOf(meaning, name, message);
  // The response to a HEAD request has no body, so the SDK has no message.
  const reason = message === 'UnknownError' ? '' : cleanMessage(message);
  const response = { status, name, reason, error: known };
  return explain?.(code, response) ?? callError(code, call, reasonFor(code, response), hints);
}

/** Whether the JSON or XML parser of the SDK rejected the response. */
function isParseError({ name, message }: Error): boolean {
  if (name === 'SyntaxError' || message.includes('Deserialization error')) return true;
  return name === 'Error' && /is not expected|Unclosed|Invalid XML/i.test(message);
}

/** Returns the reason for a message. For ACCESS_DENIED the words of the service are enough. */
export function reasonFor(code: ErrorCode, { status, name, reason }: ErrorResponse): string {
  if (code === 'ACCESS_DENIED') return reason;
  return reason === '' ? `HTTP ${status} (no reason given)` : `${name}: ${reason}`;
}

const defaultHints: Partial<Record<ErrorCode, (call: ApiCall) => string>> = {
  ACCESS_DENIED: ({ action, on }) =>
    `Allow ${action} on ${on} for the role or user that runs csv2ddb. --print-policy prints the complete policy.`,
  CREDENTIALS_INVALID: () =>
    'Renew the credentials (for example with `aws sso login`), or check --profile and the AWS_* variables. Test them with `aws sts get-caller-identity`.',
  CLOCK_SKEWED: () => 'Synchronize the clock (NTP), then try again.',
  RETRIES_EXHAUSTED: () => 'Try again in a few minutes.',
};

/**
 * Returns the error that ends a run. It uses its own words if the message of the endpoint could repeat signed data.
 * @param why Message of the endpoint, used only for codes that it helps to explain.
 */
export function callError(code: ErrorCode, call: ApiCall, why: string, hints: Hints = {}): LoaderError {
  const hint = hints[code] ?? defaultHints[code]?.(call);
  return new LoaderError(code, messageFor(code, call, cleanMessage(why)), { hint, place: call.place });
}

const outcomes: Partial<Record<ErrorCode, string>> = {
  ACCESS_DENIED: 'is not allowed',
  REQUEST_REFUSED: 'was refused',
};

function messageFor(code: ErrorCode, { action, on }: ApiCall, why: string): string {
  if (code === 'CREDENTIALS_INVALID') return 'AWS rejected the credentials';
  if (code === 'CLOCK_SKEWED') return 'the clock of this machine is wrong: AWS rejects its signatures';
  return `${action} on ${on} ${outcomes[code] ?? 'failed'}${why === '' ? '' : `: ${why}`}`;
}
