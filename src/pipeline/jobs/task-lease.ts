import { LoaderError } from '../../errors.ts';
import type { Clock } from '../bucket/bucket.ts';
import { headName, jobName, taskName } from '../bucket/keys.ts';
import type { Held, Store } from '../bucket/store.ts';
import type { HeadState } from '../state/head.ts';
import { updateTally, type JobState } from '../state/job.ts';
import type { Lease } from '../state/lease.ts';
import { advance, failStart, finish, handOver, take, type TaskName, type TaskState, type Work } from '../state/task.ts';
import type { Ended } from './ports.ts';

/** How long a request may be under way: whoever holds a lease sends nothing within so many ms of its end. */
export const requestTimeoutMs = 10_000;

/** How leases are taken: for how long, and whether they can be made longer. */
export interface Terms {
  /** ms of a lease from now on: what is left of a function's time and a request's; a worker's is always the same. */
  leaseMs(): number;
  /** Aborted: stop working, hand over. */
  readonly stop: AbortSignal;
}

/** Why the holder of a lease stops before its work is done. */
export type LeaseEnd = 'cancelled' | 'lease over' | 'lease lost' | 'replaced' | 'job stopped';

export interface LeaseOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly job: JobState;
  readonly name: TaskName;
  /** A different one for each lease. */
  readonly owner: string;
  readonly terms: Terms;
}

/**
 * A lease on a task, from `take` over each `renew` to `release`. It counts from before each PUT that holds it, and only once the
 * head has been read after that and still names the job. When it ends, or does not count, `stop` is aborted.
 */
export class TaskLease {
  readonly #options: LeaseOptions;
  readonly #controller = new AbortController();
  readonly #cancel = (): void => {
    this.#endAs('cancelled');
  };
  #job: JobState;
  #held: Held<TaskState>;
  #end: LeaseEnd | undefined;
  #clearTimer: () => void = () => undefined;

  private constructor(options: LeaseOptions, held: Held<TaskState>) {
    this.#options = options;
    this.#job = options.job;
    this.#held = held;
    const { stop } = options.terms;
    if (stop.aborted) this.#cancel();
    else stop.addEventListener('abort', this.#cancel, { once: true });
  }

  /**
   * Takes the lease of a task on which it is free or over, and makes sure that it counts.
   * @returns undefined if another owner was first.
   * @throws if S3 does not say whether it counts; it is released then.
   */
  static async take(options: LeaseOptions, before: Held<TaskState>): Promise<TaskLease | undefined> {
    const { store, clock, job, name } = options;
    const { lease, untilMs } = newLease(options);
    const state = take(before, lease, job.run, clock.nowMs());
    const held = await store.change(taskName(job.id, name), before, state);
    if (held === undefined) return undefined;
    const taken = new TaskLease(options, held);
    try {
      await taken.#confirm(untilMs);
    } catch (error) {
      await taken.release({ kind: 'stopped', work: taken.task.work }).catch(() => undefined);
      throw error;
    }
    return taken;
  }

  /** Renews the lease, and writes with it how far the work is. */
  async renew(work: Work): Promise<void> {
    // Whoever has found the lease over reckons with that; what was done since is written with its release.
    if (this.#end !== undefined) return;
    const { lease, untilMs } = newLease(this.#options);
    const { rejected } = this.task.work.part.counts;
    const isHeld = await this.#write((state) => ({ ...advance(state, work, this.#options.clock.nowMs()), lease }));
    if (!isHeld) return;
    if (this.#job.maxErrors.kind === 'share' || work.part.counts.rejected > rejected) await this.#updateTally(work);
    await this.#confirm(untilMs);
  }

  /** Releases the lease, and writes with it how the work ended. */
  async release(ended: Ended): Promise<void> {
    const { clock, terms } = this.#options;
    this.#clearTimer();
    terms.stop.removeEventListener('abort', this.#cancel);
    if (this.#end === 'lease lost') return;
    await this.#write((state) => {
      const now = advance(state, ended.work, clock.nowMs());
      if (ended.kind === 'done') return finish(now);
      if (ended.kind === 'failed') return failStart(now, ended.why);
      return handOver(now, ended.kind === 'stopped' && ended.isVain === true);
    });
  }

  get stop(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it has ended; undefined while it is held. */
  get end(): LeaseEnd | undefined {
    return this.#end;
  }

  get task(): TaskState {
    return this.#held.state;
  }

  get job(): JobState {
    return this.#job;
  }

  /**
   * Writes the task. Only the holder does: what lies there with its lease is its own, though the answer to writing it was lost.
   * @returns false if the lease is lost to another owner: nothing is written any more.
   */
  async #write(change: (state: TaskState) => TaskState): Promise<boolean> {
    const { store, name, owner } = this.#options;
    const key = taskName(this.#job.id, name);
    for (;;) {
      const held = await store.change(key, this.#held, change(this.#held.state));
      if (held !== undefined) {
        this.#held = held;
        return true;
      }
      const found = await store.read<TaskState>(key);
      if (found?.state.lease?.owner !== owner) {
        this.#endAs('lease lost');
        return false;
      }
      this.#held = found;
    }
  }

  /** Several ranges count their rejects together. */
  async #updateTally({ part }: Work): Promise<void> {
    const { store, name } = this.#options;
    const { read, rejected } = part.counts;
    if (this.#job.parallel === 1 || name === 'cut') return;
    await store.update<JobState>(jobName(this.#job.id), (job) => updateTally(job, name, { read, rejected }));
  }

  /** Makes sure that the lease which was just written counts, and ends it at `untilMs`. */
  async #confirm(untilMs: number): Promise<void> {
    const { store, clock } = this.#options;
    const { id, object } = this.#job;
    const head = await store.read<HeadState>(headName(object.key));
    if (head?.state.job !== id) {
      this.#endAs('replaced');
      return;
    }
    const job = await store.read<JobState>(jobName(id));
    if (job === undefined) throw new LoaderError('INTERNAL', `the state of job ${id} is gone`);
    this.#job = job.state;
    if (job.state.stop !== null) this.#endAs('job stopped');
    this.#clearTimer();
    const expire = (): void => {
      this.#endAs('lease over');
    };
    const leftMs = untilMs - clock.elapsedMs();
    // Whoever slept between the PUT and here has none of it left, and does not begin.
    if (leftMs <= 0) expire();
    else this.#clearTimer = clock.after(leftMs, expire);
  }

  #endAs(end: LeaseEnd): void {
    // That it is lost counts more than anything else: nothing is written any more.
    if (this.#end === undefined || end === 'lease lost') this.#end = end;
    this.#controller.abort();
  }
}

/** A lease from now on. @returns also `untilMs`, by `elapsedMs`: then all work under it has stopped. */
function newLease({ clock, owner, terms }: LeaseOptions): { readonly lease: Lease; readonly untilMs: number } {
  const startMs = clock.elapsedMs();
  const durationMs = terms.leaseMs();
  return { lease: { owner, durationMs }, untilMs: startMs + durationMs - requestTimeoutMs };
}
