import { computeBackoffMs } from '../../dynamodb/backoff.ts';

/** After a lost response: the longest first wait in ms, and the limit to which every attempt doubles it. */
const firstLostMs = 50;
const maxLostMs = 5_000;

/** The same after the table throttled an item or a partition. */
const firstThrottledMs = 20;
const maxThrottledMs = 1_000;

/** Waits after throttling end at multiples of this many ms: together, so that batches are full. */
const stepMs = 10;

/**
 * Full jitter: anything from 0 to the wait that doubles with each attempt ("Exponential Backoff And Jitter",
 * AWS Architecture Blog).
 * @param attempt how many requests have held the item, from 1.
 * @param random from 0 (included) to 1.
 * @returns ms to wait before the retry of an item whose response was lost.
 */
export function backoffMs(attempt: number, random: number): number {
  return random * computeBackoffMs(firstLostMs, maxLostMs, attempt);
}

/** Backoff of an item that was throttled, before jitter. @param attempts how many requests have held it, from 1. */
export function itemBackoffMs(attempts: number): number {
  return computeBackoffMs(firstThrottledMs, maxThrottledMs, attempts);
}

/** Backoff of a partition that is throttled again, before jitter. @param previousMs 0: it was not throttled before. */
export function longerBackoffMs(previousMs: number): number {
  return Math.min(maxThrottledMs, Math.max(firstThrottledMs, previousMs * 2));
}

/** Backoff of a partition after one of its items was written. */
export function shorterBackoffMs(previousMs: number): number {
  return previousMs <= firstThrottledMs ? 0 : previousMs / 2;
}

/**
 * When a backoff with full jitter ends, in ms.
 * @param random from 0 (included) to 1.
 */
export function backoffEndMs(nowMs: number, maxMs: number, random: number): number {
  const waitMs = maxMs * random;
  return waitMs === 0 ? nowMs : Math.ceil((nowMs + waitMs) / stepMs) * stepMs;
}
