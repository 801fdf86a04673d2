/**
 * A wait that doubles with each attempt, from 1 on, up to the longest; in ms. Source: DynamoDB Developer Guide, "Error
 * retries and exponential backoff". Pure.
 */
export function doublingMs(firstMs: number, longestMs: number, attempt: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 30));
}
