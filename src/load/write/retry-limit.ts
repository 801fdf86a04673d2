import { LoaderError } from '../../errors.ts';
import type { Entry } from '../order/entry.ts';

/** Why a request must be retried. */
export interface RetryReason {
  readonly code: string;
  readonly message: string;
  /** DynamoDB throttled the items; otherwise the response was lost, or the error may be temporary. */
  readonly isThrottle: boolean;
  /** What exceeded its limit, to follow "throttled by"; undefined if the response does not say. */
  readonly by?: string | undefined;
}

/** The load counts as waiting after this many ms without an acknowledged write. */
const waitingAfterMs = 500;

/** Ends a run whose requests have failed for too long (`--retry-for`). */
export class RetryLimit {
  readonly #table: string;
  readonly #retryForMs: number;
  /** When DynamoDB first throttled since the last acknowledged write. */
  #throttledSinceMs: number | undefined;
  /** The latest reason since the last acknowledged write, and the time of the first. */
  #last: RetryReason | undefined;
  #sinceMs = 0;

  constructor(table: string, retryForMs: number) {
    this.#table = table;
    this.#retryForMs = retryForMs;
  }

  /** Called when an item was written. */
  reset(): void {
    this.#throttledSinceMs = undefined;
    this.#last = undefined;
  }

  /** Why the load is waiting; undefined if it is not. */
  currentReason(nowMs: number): RetryReason | undefined {
    return nowMs - this.#sinceMs >= waitingAfterMs ? this.#last : undefined;
  }

  /**
   * Counts a request of which some items were not written.
   * @returns an error if it has lasted too long: without any acknowledged write if DynamoDB throttles, otherwise for a
   * single item.
   */
  addFailure(batch: Iterable<Entry>, reason: RetryReason, nowMs: number): LoaderError | undefined {
    if (this.#last === undefined) this.#sinceMs = nowMs;
    this.#last = reason;
    let since = nowMs;
    if (reason.isThrottle) since = this.#throttledSinceMs ??= nowMs;
    else for (const entry of batch) since = Math.min(since, (entry.failingSinceMs ??= nowMs));
    if (nowMs - since < this.#retryForMs) return undefined;
    const seconds = Math.round((nowMs - since) / 1000);
    const { code, message, isThrottle, by } = reason;
    const cause = by === undefined ? `${code}: ${message}` : `throttled by ${by} (${code}: ${message})`;
    return new LoaderError(
      'RETRIES_EXHAUSTED',
      isThrottle
        ? `table ${this.#table} accepted no item for ${seconds} s: ${cause}`
        : `requests to table ${this.#table} failed for ${seconds} s: ${cause}`,
      { hint: 'Fix the cause and resume with --resume, or allow more time with --retry-for.' },
    );
  }
}
