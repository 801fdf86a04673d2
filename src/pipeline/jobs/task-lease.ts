import { LoaderError } from '../../errors.ts';
import { headName, jobName, taskName } from '../bucket/keys.ts';
import type { HeadState } from '../state/head.ts';
import { tell, type JobState } from '../state/job.ts';
import {
  advance,
  extend,
  failStart,
  finish,
  handOver,
  take,
  type TaskName,
  type TaskState,
  type Work,
} from '../state/task.ts';
import type { Held, Store } from '../bucket/store.ts';
import type { Ended } from './ports.ts';
import type { Clock } from '../bucket/bucket.ts';

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
export type Why = 'told to' | 'lease over' | 'lease lost' | 'replaced' | 'job stopped';

/**
 * A lease on a task, from its taking to its end. It counts from before each PUT that holds it, and only once the head has
 * been read after that and still names the job. Where it ends, or does not count, `stop` is aborted.
 */
export class TaskShift {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #name: TaskName;
  readonly #owner: string;
  readonly #terms: Terms;
  readonly #controller = new AbortController();
  readonly #told = (): void => {
    this.#end('told to');
  };
  #job: JobState;
  #held: Held<TaskState>;
  #why: Why | undefined;
  #cancelEnd: () => void = () => undefined;

  private constructor(
    store: Store,
    clock: Clock,
    job: JobState,
    name: TaskName,
    owner: string,
    terms: Terms,
    held: Held<TaskState>,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#job = job;
    this.#name = name;
    this.#owner = owner;
    this.#terms = terms;
    this.#held = held;
    if (terms.stop.aborted) this.#told();
    else terms.stop.addEventListener('abort', this.#told, { once: true });
  }

  /**
   * Takes the lease, and makes sure that it counts.
   * @returns undefined where somebody else was first.
   * @throws where S3 does not say whether it counts; it is given back then.
   */
  static async begin(
    store: Store,
    clock: Clock,
    job: JobState,
    name: TaskName,
    before: Held<TaskState>,
    owner: string,
    terms: Terms,
  ): Promise<TaskShift | undefined> {
    const startMs = clock.elapsedMs();
    const lease = { owner, durationMs: terms.leaseMs() };
    const state = take(before.state, job.run, lease, before.ageMs, clock.nowMs());
    const held = await store.change(taskName(job.id, name), before, state);
    if (held === undefined) return undefined;
    const shift = new TaskShift(store, clock, job, name, owner, terms, held);
    try {
      await shift.#confirm(startMs, lease.durationMs);
    } catch (error) {
      await shift.close({ kind: 'stopped', work: shift.task.work }).catch(() => undefined);
      throw error;
    }
    return shift;
  }

  get stop(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined while it goes on. */
  get why(): Why | undefined {
    return this.#why;
  }

  get task(): TaskState {
    return this.#held.state;
  }

  get job(): JobState {
    return this.#job;
  }

  /** Writes how far the work is, and makes the lease longer. */
  async save(work: Work): Promise<void> {
    // Whoever has found the lease over reckons with that; what was done since is written with its end.
    if (this.#why !== undefined) return;
    const startMs = this.#clock.elapsedMs();
    const lease = { owner: this.#owner, durationMs: this.#terms.leaseMs() };
    const { rejected } = this.task.work.part.counts;
    if (!(await this.#change((state) => extend(advance(state, work, this.#clock.nowMs()), lease)))) return;
    if (this.#job.maxErrors.kind === 'share' || work.part.counts.rejected > rejected) await this.#tell(work);
    await this.#confirm(startMs, lease.durationMs);
  }

  /** Gives the lease back, with what came of the work. */
  async close(ended: Ended): Promise<void> {
    this.#cancelEnd();
    this.#terms.stop.removeEventListener('abort', this.#told);
    if (this.#isLost) return;
    await this.#change((state) => {
      const now = advance(state, ended.work, this.#clock.nowMs());
      if (ended.kind === 'done') return finish(now);
      if (ended.kind === 'failed') return failStart(now, ended.why);
      return handOver(now, ended.kind === 'stopped' && ended.isVain === true);
    });
  }

  /** Somebody else has it: nothing is written any more. */
  get #isLost(): boolean {
    return this.#why === 'lease lost';
  }

  /**
   * Only the holder writes a task: what lies there with its lease is its own, though the answer to writing it was lost.
   * @returns false where somebody else holds the lease.
   */
  async #change(change: (state: TaskState) => TaskState): Promise<boolean> {
    const key = taskName(this.#job.id, this.#name);
    for (;;) {
      const held = await this.#store.change(key, this.#held, change(this.#held.state));
      if (held !== undefined) {
        this.#held = held;
        return true;
      }
      const found = await this.#store.read<TaskState>(key);
      if (found?.state.lease?.owner !== this.#owner) {
        this.#end('lease lost');
        return false;
      }
      this.#held = found;
    }
  }

  /** Several ranges count their rejects together. */
  async #tell({ part }: Work): Promise<void> {
    const { read, rejected } = part.counts;
    const name = this.#name;
    if (this.#job.parallel === 1 || name === 'cut') return;
    await this.#store.update<JobState>(jobName(this.#job.id), (job) => tell(job, name, { read, rejected }));
  }

  /** @param startMs when the lease that was just written begins to count */
  async #confirm(startMs: number, durationMs: number): Promise<void> {
    const { id, object } = this.#job;
    const head = await this.#store.read<HeadState>(headName(object.key));
    if (head?.state.job !== id) {
      this.#end('replaced');
      return;
    }
    const job = await this.#store.read<JobState>(jobName(id));
    if (job === undefined) throw new LoaderError('INTERNAL', `the state of job ${id} is gone`);
    this.#job = job.state;
    if (job.state.stop !== null) this.#end('job stopped');
    this.#cancelEnd();
    const leftMs = startMs + durationMs - requestTimeoutMs - this.#clock.elapsedMs();
    // Whoever slept between the PUT and here has none of it left, and does not begin.
    if (leftMs <= 0) this.#end('lease over');
    else {
      this.#cancelEnd = this.#clock.after(leftMs, () => {
        this.#end('lease over');
      });
    }
  }

  #end(why: Why): void {
    // That it is lost counts more than anything else: nothing is written any more.
    if (this.#why === undefined || why === 'lease lost') this.#why = why;
    this.#controller.abort();
  }
}
