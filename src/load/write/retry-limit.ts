import { LoaderError } from '../../errors.ts';
import type { Entry } from '../order/entry.ts';

/** Why a request has to be sent again, as its answer has it. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  /** The table took no more; else an answer was lost, or an error may pass. */
  readonly isThrottle: boolean;
  /** What throttles, in few words, where the answer says it. */
  readonly by?: string | undefined;
}

/** After so many ms without an acknowledged write the trouble is what the load waits for. */
const soonMs = 500;

/** How long trouble lasts, and whether that is too long (`--retry-for`). */
export class Patience {
  readonly #retryForMs: number;
  /** When the table began to turn away what it is sent; undefined once it has taken something. */
  #throttledSinceMs: number | undefined;
  /** The last trouble since the last acknowledged write, and when the first was. */
  #last: Trouble | undefined;
  #sinceMs = 0;

  constructor(retryForMs: number) {
    this.#retryForMs = retryForMs;
  }

  /** Something was written. */
  acknowledged(): void {
    this.#throttledSinceMs = undefined;
    this.#last = undefined;
  }

  /** What the load waits for; undefined where it gets on. */
  waitsFor(nowMs: number): Trouble | undefined {
    return nowMs - this.#sinceMs >= soonMs ? this.#last : undefined;
  }

  /**
   * A request came back with nothing done, or in part.
   * @returns what the run ends with, where it has lasted too long: without any acknowledged write where the table
   * throttles, else for one item.
   */
  tried(batch: Iterable<Entry>, trouble: Trouble, nowMs: number): LoaderError | undefined {
    if (this.#last === undefined) this.#sinceMs = nowMs;
    this.#last = trouble;
    let since = nowMs;
    if (trouble.isThrottle) since = this.#throttledSinceMs ??= nowMs;
    else for (const entry of batch) since = Math.min(since, (entry.troubledSinceMs ??= nowMs));
    if (nowMs - since < this.#retryForMs) return undefined;
    const seconds = Math.round((nowMs - since) / 1000);
    const { code, message, isThrottle, by } = trouble;
    const throttledBy = by === undefined ? '' : `, throttled by ${by}`;
    return new LoaderError(
      'RETRIES_EXHAUSTED',
      isThrottle
        ? `the table has taken no item for ${seconds} s${throttledBy} (${code}: ${message})`
        : `a request has failed again and again for ${seconds} s, last with ${code}: ${message}`,
      { hint: 'find out why, then go on with --resume; --retry-for sets how long to try' },
    );
  }
}
