import { openFolder } from '../bucket/keys.ts';
import type { Pipeline } from '../jobs/open-loader.ts';
import { rouseOpenJobs } from '../jobs/redrive.ts';

/** SQS counts messages within a minute or so: no message is sent again before one that was sent is counted. */
const rouseEveryMs = 60_000;
/** Jobs of which none ends though they are sent messages so often are left alone. */
const mostRouses = 3;
/** Looks in a row that find nothing. */
const looksNeeded = 2;

/**
 * Whether nothing is left to do: no message is visible, in flight or delayed, and no job has not ended. Jobs that have not
 * ended though no message is left have lost theirs, and are sent new ones.
 */
export class Emptiness {
  readonly #pipeline: Pipeline;
  #emptyLooks = 0;
  #rouses = 0;
  /** For which jobs those were. */
  #roused = '';
  #rousedMs = -Infinity;

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
  }

  /** Something came. */
  reset(): void {
    this.#emptyLooks = 0;
  }

  /**
   * Looks, while nothing is in hand.
   * @returns jobs that have not ended though nothing is left to do for them; undefined: something is left to do
   */
  async look(): Promise<readonly string[] | undefined> {
    const { queue, bucket, store, clock } = this.#pipeline;
    const { visible, inFlight, delayed } = await queue.depth();
    if (visible + inFlight + delayed > 0) {
      this.#emptyLooks = 0;
      return undefined;
    }
    if (++this.#emptyLooks < looksNeeded) return undefined;
    const open = await bucket.list(openFolder);
    if (open.length === 0) return [];
    if (clock.elapsedMs() - this.#rousedMs < rouseEveryMs) return undefined;
    if (open.join() !== this.#roused) this.#rouses = 0;
    this.#roused = open.join();
    if (this.#rouses === mostRouses) return open.map((name) => name.slice(openFolder.length));
    this.#rouses++;
    this.#rousedMs = clock.elapsedMs();
    await rouseOpenJobs(this.#pipeline, store);
    this.#emptyLooks = 0;
    return undefined;
  }
}
