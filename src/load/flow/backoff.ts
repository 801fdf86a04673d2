/** Longest first wait, in ms; every further attempt doubles it. */
const firstWaitMs = 50;
/** No wait is longer, in ms. */
const longestWaitMs = 5_000;

/** A wait that doubles with each attempt, from 1 on, up to the longest; in ms. */
export function doublingMs(firstMs: number, longestMs: number, attempt: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 30));
}

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
