import { abortableSleep } from '../../../aws/retry.ts';
import { computeBackoffMs } from '../../../dynamodb/backoff.ts';
import { TransientError } from './object-errors.ts';

/** How to retry reads of a remote source. Tests use settings of their own. */
export interface RetrySettings {
  /** Maximum attempts in a row without a new byte. */
  readonly maxAttempts: number;
  /** Milliseconds without a byte after which a connection counts as broken. */
  readonly idleTimeoutMs: number;
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
  /** Rejects as soon as the signal is aborted. */
  readonly sleep: typeof abortableSleep;
}

export const defaultRetrySettings: RetrySettings = {
  maxAttempts: 10,
  idleTimeoutMs: 60_000,
  random: Math.random,
  sleep: abortableSleep,
};

const minBackoffMs = 200;
const maxBackoffMs = 10_000;
/** Upper limit of the wait that a server asks for. */
export const maxRetryAfterMs = 60_000;

/**
 * Returns the milliseconds to wait before the next attempt: 50 % to 100 % of a time that doubles with each failure. The
 * jitter spreads the retries of connections that broke together. Pure.
 * @param failures In a row, from 1.
 */
export function backoffMs(failures: number, retryAfterMs: number, random: number): number {
  const doubledMs = computeBackoffMs(minBackoffMs, maxBackoffMs, failures);
  return Math.max(((1 + random) / 2) * doubledMs, Math.min(retryAfterMs, maxRetryAfterMs));
}

/** Returns the limit for `unlessAborted` after which an idle connection counts as broken. */
export function makeIdleLimit(idleTimeoutMs: number): { ms: number; error: () => Error } {
  return { ms: idleTimeoutMs, error: () => new TransientError(`no data for ${idleTimeoutMs / 1000} seconds`) };
}
