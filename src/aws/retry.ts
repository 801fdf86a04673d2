import { setTimeout as delay } from 'node:timers/promises';
import { doublingMs } from '../dynamodb/backoff.ts';
import { LoaderError } from '../errors.ts';

/**
 * Milliseconds to wait before the next attempt; undefined: there is none. It may throw an error in place of the last one.
 * @param failures In a row, from 1.
 */
export type RetryPolicy = (error: unknown, failures: number) => number | undefined;

export interface RetryOptions {
  /** Aborted: the wait ends as INTERRUPTED. */
  readonly stop?: AbortSignal | undefined;
  /** Default: `pause`. */
  readonly sleep?: typeof pause;
}

/**
 * Makes a call, and makes it again after a wait as long as the policy says so.
 * @throws The last error of the call; what the policy throws; LoaderError INTERRUPTED.
 */
export async function retry<T>(
  call: () => Promise<T>,
  nextWaitMs: RetryPolicy,
  { stop, sleep = pause }: RetryOptions = {},
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

/** Waits that double, in ms. */
export interface Waits {
  readonly firstMs: number;
  readonly longestMs: number;
  /** No wait ends later than this, counted from now. */
  readonly forMs: number;
}

/** The policy of waiting out what passes. */
export function whilePassing(
  { firstMs, longestMs, forMs }: Waits,
  isPassing: (error: unknown) => boolean,
): RetryPolicy {
  const endMs = performance.now() + forMs;
  return (error, failures) => {
    const waitMs = doublingMs(firstMs, longestMs, failures);
    return isPassing(error) && performance.now() + waitMs <= endMs ? waitMs : undefined;
  };
}

/** @throws LoaderError INTERRUPTED as soon as the signal is aborted */
export async function pause(ms: number, stop?: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop }).catch(() => {
    throw new LoaderError('INTERRUPTED', 'interrupted while waiting');
  });
}
