import { doublingMs } from '../../dynamodb/backoff.ts';

/** Longest first wait, in ms; every further attempt doubles it. */
const firstWaitMs = 50;
/** No wait is longer, in ms. */
const longestWaitMs = 5_000;

/**
 * Full jitter: anything from 0 to the wait that doubles with each attempt ("Exponential Backoff And Jitter",
 * AWS Architecture Blog). Pure.
 * @param attempt how often the item has been sent, from 1.
 * @param chance from 0 (included) to 1.
 * @returns ms to wait before it is sent again.
 */
export function backoffMs(attempt: number, chance: number): number {
  return chance * doublingMs(firstWaitMs, longestWaitMs, attempt);
}
