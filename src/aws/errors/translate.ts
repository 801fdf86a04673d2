import { cleanMessage } from '../../text/clean-message.ts';
import { LoaderError, type ErrorCode, type Place } from '../../errors.ts';
import { codeOf, meaningOf, type Meanings } from './meanings.ts';
import { statusOf } from './sdk-error.ts';
import { toUnansweredError } from './unanswered.ts';

/** A call, for the words of its errors. */
export interface Call {
  /** As IAM names it: `lambda:CreateFunction`. */
  readonly action: string;
  /** What it was made about: `function csv2ddb`. */
  readonly on: string;
  /** Where in the input, if it is a source that the call reads. */
  readonly place?: Place;
}

/** An answer that is an error. */
export interface ErrorAnswer {
  readonly status: number;
  readonly name: string;
  /** What the service says, as it may be shown; empty where it gives no reason. */
  readonly said: string;
  /** The error of the SDK, for what else it holds. */
  readonly error: Error;
}

export type Hints = Partial<Record<ErrorCode, string>>;

/** What a service has besides what all services have. */
export interface Service {
  /** As messages name it; default `AWS`. */
  readonly title?: string;
  /** From `meaningsWith`. */
  readonly meanings?: Meanings;
  readonly hints?: Hints;
  /** An error of the service's own for an answer; undefined where the usual words will do. */
  readonly explain?: (code: ErrorCode, answer: ErrorAnswer) => LoaderError | undefined;
}

/**
 * What the SDK throws for a call of any service, or the network below it, as a LoaderError with a code and a hint; what is
 * neither comes back as it is (a bug of ours). No credential and no user or query part of a URL gets into it: the
 * original is not kept as `cause`, because its hidden parts hold both.
 *
 * Codes: those of `toUnansweredError`, ACCESS_DENIED, CREDENTIALS_INVALID, CLOCK_SKEWED, RETRIES_EXHAUSTED (throttled, or 5xx,
 * beyond the SDK's own attempts), REQUEST_REFUSED, and those that the service adds.
 */
export function toLoaderError(error: unknown, call: Call, service: Service = {}): Error {
  const known = toUnansweredError(error);
  const status = statusOf(known);
  if (known instanceof LoaderError || status === undefined) return known;
  const { name, message } = known;
  const { title = 'AWS', meanings, hints, explain } = service;
  const meaning = meaningOf(name, status, meanings);
  if (meaning === 'REQUEST_REFUSED' && isForeign(known)) {
    return new LoaderError('REQUEST_REFUSED', `what answers at the endpoint (HTTP ${status}) is not ${title}`, {
      hint: 'Check --endpoint-url (or AWS_ENDPOINT_URL).',
    });
  }
  const code = meaning === 'REQUEST_REFUSED' && status === 403 ? 'ACCESS_DENIED' : codeOf(meaning, name, message);
  // The answer to a HEAD has no body that could say why.
  const said = message === 'UnknownError' ? '' : cleanMessage(message);
  const answer = { status, name, said, error: known };
  return explain?.(code, answer) ?? callError(code, call, reasonFor(code, answer), hints);
}

/** The SDK's parsers of JSON and XML met something else. */
function isForeign({ name, message }: Error): boolean {
  if (name === 'SyntaxError' || message.includes('Deserialization error')) return true;
  return name === 'Error' && /is not expected|Unclosed|Invalid XML/i.test(message);
}

/** Why a call failed; of what is not allowed the service's words alone tell more. */
export function reasonFor(code: ErrorCode, { status, name, said }: ErrorAnswer): string {
  if (code === 'ACCESS_DENIED') return said;
  return said === '' ? `HTTP ${status}, without a reason` : `${name}: ${said}`;
}

const usualHints: Partial<Record<ErrorCode, (call: Call) => string>> = {
  ACCESS_DENIED: ({ action, on }) =>
    `Allow ${action} on ${on} to the role or user that runs csv2ddb: --print-policy prints all that the command needs.`,
  CREDENTIALS_INVALID: () =>
    'Renew them (aws sso login, new keys), check --profile and the AWS_* variables: `aws sts get-caller-identity` shows who you are.',
  CLOCK_SKEWED: () => 'Set the clock (NTP), then start again.',
  RETRIES_EXHAUSTED: () => 'Try again in a while.',
};

/**
 * The error that ends a run, in our words where the endpoint's could repeat what was signed.
 * @param why What the endpoint said, for the codes where that helps.
 */
export function callError(code: ErrorCode, call: Call, why: string, hints: Hints = {}): LoaderError {
  const hint = hints[code] ?? usualHints[code]?.(call);
  return new LoaderError(code, wordsOf(code, call, cleanMessage(why)), { hint, place: call.place });
}

const outcomes: Partial<Record<ErrorCode, string>> = {
  ACCESS_DENIED: 'is not allowed',
  RETRIES_EXHAUSTED: 'failed again and again',
  REQUEST_REFUSED: 'is refused',
};

function wordsOf(code: ErrorCode, { action, on }: Call, why: string): string {
  if (code === 'CREDENTIALS_INVALID') return 'AWS does not accept these credentials';
  if (code === 'CLOCK_SKEWED') return 'the clock of this machine is off, so that AWS refuses what it signs';
  return `${action} on ${on} ${outcomes[code] ?? 'failed'}${why === '' ? '' : `: ${why}`}`;
}
