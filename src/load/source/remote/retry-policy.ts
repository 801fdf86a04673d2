import { pause } from '../../../aws/retry.ts';
import { doublingMs } from '../../../dynamodb/backoff.ts';
import { TransientError } from './object-errors.ts';

/** How long a source behind a network is waited for. Tests give one of their own. */
export interface Patience {
  /** Tries without a new byte between them, at most. */
  readonly tries: number;
  /** Milliseconds without a byte, while one is wanted, after which a connection counts as broken. */
  readonly idleMs: number;
  /** From 0 (included) to 1. */
  chance(): number;
  /** Rejects as soon as the signal is aborted. */
  readonly sleep: typeof pause;
}

export const usualPatience: Patience = {
  tries: 10,
  idleMs: 60_000,
  chance: Math.random,
  sleep: pause,
};

/** First and longest wait before another try, in ms. */
const firstWaitMs = 200;
const longestWaitMs = 10_000;
/** A server that asks for more is asked again after this. */
export const longestRetryAfterMs = 60_000;

/**
 * Milliseconds to wait before another try: half of what doubles with each one, and up to as much again, so that many
 * that broke together do not come back together. Pure.
 * @param failures in a row, from 1
 */
export function waitMs(failures: number, retryAfterMs: number, chance: number): number {
  const backoffMs = doublingMs(firstWaitMs, longestWaitMs, failures);
  return Math.max(((1 + chance) / 2) * backoffMs, Math.min(retryAfterMs, longestRetryAfterMs));
}

/** For `unlessAborted`: a connection on which nothing comes for so long counts as broken. */
export function idleLimit(idleMs: number): { ms: number; error: () => Error } {
  return { ms: idleMs, error: () => new TransientError(`nothing came for ${idleMs / 1000} seconds`) };
}
