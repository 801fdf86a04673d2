import { setTimeout as delay } from 'node:timers/promises';
import { computeBackoffMs } from '../dynamodb/backoff.ts';
import { LoaderError } from '../errors.ts';

/**
 * Returns the milliseconds to wait before the next attempt, or undefined to stop retrying. It may throw a different error.
 * @param failures Failed attempts in a row, starting at 1.
 */
export type RetryPolicy = (error: unknown, failures: number) => number | undefined;

export interface RetryOptions {
  /** When aborted, the wait ends with INTERRUPTED. */
  readonly stop?: AbortSignal | undefined;
  /** Default: `abortableSleep`. */
  readonly sleep?: typeof abortableSleep;
}

/**
 * Retries a call for as long as the policy returns a wait.
 * @throws the last error of the call, an error of the policy, or LoaderError INTERRUPTED.
 */
export async function retry<T>(
  call: () => Promise<T>,
  nextWaitMs: RetryPolicy,
  { stop, sleep = abortableSleep }: RetryOptions = {},
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await call();
    } catch (error) {
      const waitMs = nextWaitMs(error, failures);
      if (waitMs === undefined) throw error;
      await sleep(waitMs, stop);
    }
  }
}

/** Waits that double, in milliseconds. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly longestMs: number;
  /** No wait ends later than this, counted from the creation of the policy. */
  readonly forMs: number;
}

/** Returns a policy that retries transient errors with doubling waits. */
export function backoffWhile(
  { firstMs, longestMs, forMs }: BackoffOptions,
  isTransient: (error: unknown) => boolean,
): RetryPolicy {
  const endMs = performance.now() + forMs;
  return (error, failures) => {
    const waitMs = computeBackoffMs(firstMs, longestMs, failures);
    return isTransient(error) && performance.now() + waitMs <= endMs ? waitMs : undefined;
  };
}

/** @throws LoaderError INTERRUPTED as soon as the signal is aborted */
export async function abortableSleep(ms: number, stop?: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop }).catch(() => {
    throw new LoaderError('INTERRUPTED', 'interrupted while waiting');
  });
}
