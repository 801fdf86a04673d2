import { openJobsFolder } from '../bucket/keys.ts';
import type { LoaderPipeline } from '../jobs/open-loader.ts';
import { resendOpenJobs } from '../jobs/redrive.ts';

/** Milliseconds between resends. SQS counts a sent message only after about a minute. */
const resendEveryMs = 60_000;
/** Resends after which jobs that did not end are given up. */
const maxResends = 3;
/** Consecutive checks that must find an empty queue. */
const requiredChecks = 2;

/**
 * Checks whether a pipeline is drained: no message is visible, in flight or delayed, and all jobs have ended. If jobs are open
 * but no message is left, their messages were lost, and new ones are sent.
 */
export class DrainCheck {
  readonly #pipeline: LoaderPipeline;
  #emptyChecks = 0;
  #resends = 0;
  /** The open jobs at the last resend. */
  #openJobs = '';
  #resentMs = -Infinity;

  constructor(pipeline: LoaderPipeline) {
    this.#pipeline = pipeline;
  }

  /** Starts over after a message was received. */
  reset(): void {
    this.#emptyChecks = 0;
  }

  /**
   * Checks the pipeline once. Call it only while no message is being processed.
   * @returns the open jobs that were given up; undefined if the pipeline is not drained yet.
   */
  async check(): Promise<readonly string[] | undefined> {
    const { queue, bucket, store, clock } = this.#pipeline;
    const { visible, inFlight, delayed } = await queue.depth();
    if (visible + inFlight + delayed > 0) {
      this.#emptyChecks = 0;
      return undefined;
    }
    if (++this.#emptyChecks < requiredChecks) return undefined;
    const open = await bucket.list(openJobsFolder);
    if (open.length === 0) return [];
    if (clock.elapsedMs() - this.#resentMs < resendEveryMs) return undefined;
    if (open.join() !== this.#openJobs) this.#resends = 0;
    this.#openJobs = open.join();
    if (this.#resends === maxResends) return open.map((name) => name.slice(openJobsFolder.length));
    this.#resends++;
    this.#resentMs = clock.elapsedMs();
    await resendOpenJobs(this.#pipeline, store);
    this.#emptyChecks = 0;
    return undefined;
  }
}
