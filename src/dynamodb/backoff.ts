/**
 * Returns the milliseconds to wait before a retry. The wait doubles with each attempt (from 1), up to `longestMs`.
 * Source: DynamoDB Developer Guide, "Error retries and exponential backoff".
 */
export function computeBackoffMs(firstMs: number, longestMs: number, attempt: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 30));
}
