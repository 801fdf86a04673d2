import { LoaderError } from '../../errors.ts';
import { requestTimeoutMs } from '../../load/limits.ts';
import type { PipelineClock } from '../bucket/bucket.ts';
import { latestVersionKey, jobKey, taskKey } from '../bucket/keys.ts';
import type { Versioned, Store } from '../bucket/store.ts';
import type { LatestVersionState } from '../state/latest-version.ts';
import { updateCounts, type JobState } from '../state/job.ts';
import type { Lease } from '../state/lease.ts';
import {
  recordProgress,
  recordFailedStart,
  markDone,
  handOver,
  takeLease,
  type TaskName,
  type TaskState,
  type TaskProgress,
} from '../state/task.ts';
import type { TaskResult } from './ports.ts';
import type { SeenStates } from './steps/step.ts';

/** Terms of a lease: its duration, and when to stop early. */
export interface LeaseTerms {
  /**
   * Duration of a lease that starts now, in ms. Constant in a worker. In a function: its remaining time plus one request
   * timeout.
   */
  leaseMs(): number;
  /** When aborted, the owner stops and hands over. */
  readonly stop: AbortSignal;
}

/** Reasons why an owner stops before its work is done. */
export type LeaseEnd = 'canceled' | 'lease expired' | 'lease lost' | 'replaced' | 'job stopped';

export interface LeaseOptions {
  readonly store: Store;
  readonly clock: PipelineClock;
  readonly name: TaskName;
  /** Unique for each lease. */
  readonly owner: string;
  readonly terms: LeaseTerms;
}

/**
 * A lease on a task. The lease time starts before the PUT that stores the lease. The lease becomes valid when a read after
 * that PUT shows that this job still has the latest version. `stop` is aborted when the lease ends or is not valid.
 */
export class TaskLease {
  readonly #options: LeaseOptions;
  readonly #controller = new AbortController();
  readonly #cancel = (): void => {
    this.#endAs('canceled');
  };
  #latest: Versioned<LatestVersionState> | undefined;
  #job: Versioned<JobState>;
  #stored: Versioned<TaskState>;
  #end: LeaseEnd | undefined;
  #clearTimer: () => void = () => undefined;

  private constructor(options: LeaseOptions, job: Versioned<JobState>, stored: Versioned<TaskState>) {
    this.#options = options;
    this.#job = job;
    this.#stored = stored;
    const { stop } = options.terms;
    if (stop.aborted) this.#cancel();
    else stop.addEventListener('abort', this.#cancel, { once: true });
  }

  /**
   * Takes the lease of a task whose lease is free or expired, and confirms it.
   * @returns undefined if another owner was first.
   * @throws if S3 does not respond to the confirmation. The lease is released first.
   */
  static async take(
    options: LeaseOptions,
    job: Versioned<JobState>,
    before: Versioned<TaskState>,
  ): Promise<TaskLease | undefined> {
    const { store, clock, name } = options;
    const { lease, untilMs } = createLease(options);
    const state = takeLease(before, lease, job.state.run, clock.nowMs());
    const written = await store.replace(taskKey(job.state.id, name), before, state);
    if (written === undefined) return undefined;
    const taskLease = new TaskLease(options, job, written);
    try {
      await taskLease.#confirm(untilMs);
    } catch (error) {
      await taskLease.release({ kind: 'stopped', work: taskLease.task.work }).catch(() => undefined);
      throw error;
    }
    return taskLease;
  }

  /** Renews the lease and stores the progress. */
  async renew(work: TaskProgress): Promise<void> {
    // Other loaders may have seen the lease expire. `release` stores the progress made since.
    if (this.#end !== undefined) return;
    const { clock } = this.#options;
    const { lease, untilMs } = createLease(this.#options);
    const { rejected } = this.task.work.part.counts;
    const isWritten = await this.#write((state) => ({ ...recordProgress(state, work, clock.nowMs()), lease }));
    if (!isWritten) return;
    if (this.job.maxErrors.kind === 'share' || work.part.counts.rejected > rejected) await this.#updateCounts(work);
    await this.#confirm(untilMs);
  }

  /** Releases the lease and stores how the work ended. */
  async release(ended: TaskResult): Promise<void> {
    const { clock, terms } = this.#options;
    this.#clearTimer();
    terms.stop.removeEventListener('abort', this.#cancel);
    if (this.#end === 'lease lost') return;
    await this.#write((state) => {
      const current = recordProgress(state, ended.work, clock.nowMs());
      if (ended.kind === 'done') return markDone(current);
      if (ended.kind === 'failed') return recordFailedStart(current, ended.why);
      return handOver(current, ended.kind === 'stopped' && ended.hasNoProgress === true);
    });
  }

  get stop(): AbortSignal {
    return this.#controller.signal;
  }

  /** Reason why the lease ended; undefined while it is held. */
  get end(): LeaseEnd | undefined {
    return this.#end;
  }

  get task(): TaskState {
    return this.#stored.state;
  }

  get job(): JobState {
    return this.#job.state;
  }

  /** The states as the last confirmation read them, and the task as it was written last: after the release, these are in order. */
  get seen(): SeenStates {
    return { latest: this.#latest, job: this.#job, task: this.#stored };
  }

  /**
   * Writes the task. A stored state with this owner is our own, even if the response to its PUT was lost.
   * @returns false if another owner has the lease. Then nothing more is written.
   */
  async #write(change: (state: TaskState) => TaskState): Promise<boolean> {
    const { store, name, owner } = this.#options;
    const key = taskKey(this.job.id, name);
    for (;;) {
      const written = await store.replace(key, this.#stored, change(this.#stored.state));
      if (written !== undefined) {
        this.#stored = written;
        return true;
      }
      const stored = await store.read<TaskState>(key);
      if (stored?.state.lease?.owner !== owner) {
        this.#endAs('lease lost');
        return false;
      }
      this.#stored = stored;
    }
  }

  /** If the job has several ranges, stores the counts of this range in the job. `updateCounts` checks the total. */
  async #updateCounts({ part }: TaskProgress): Promise<void> {
    const { store, name } = this.#options;
    const { read, rejected } = part.counts;
    if (this.job.parallel === 1 || name === 'cut') return;
    await store.update<JobState>(jobKey(this.job.id), (job) => updateCounts(job, name, { read, rejected }));
  }

  /** Checks that the lease just written is valid, and sets a timer that ends it at `untilMs`. */
  async #confirm(untilMs: number): Promise<void> {
    const { store, clock } = this.#options;
    const { id, object } = this.job;
    this.#latest = await store.read<LatestVersionState>(latestVersionKey(object.key));
    if (this.#latest?.state.job !== id) {
      this.#endAs('replaced');
      return;
    }
    const job = await store.read<JobState>(jobKey(id));
    if (job === undefined) throw new LoaderError('INTERNAL', `the state of job ${id} no longer exists`);
    this.#job = job;
    if (job.state.stop !== null) this.#endAs('job stopped');
    this.#clearTimer();
    const expire = (): void => {
      this.#endAs('lease expired');
    };
    const leftMs = untilMs - clock.elapsedMs();
    // If the process slept after the PUT, the lease may have expired already.
    if (leftMs <= 0) expire();
    else this.#clearTimer = clock.after(leftMs, expire);
  }

  #endAs(end: LeaseEnd): void {
    // A lost lease overrides any other reason: nothing more may be written.
    if (this.#end === undefined || end === 'lease lost') this.#end = end;
    this.#controller.abort();
  }
}

/**
 * Creates a lease that starts now. All work under it must stop at `untilMs`, by the clock's `elapsedMs`: the last request of
 * an owner that is killed is applied or lost before the lease expires.
 */
function createLease({ clock, owner, terms }: LeaseOptions): { readonly lease: Lease; readonly untilMs: number } {
  const startMs = clock.elapsedMs();
  const durationMs = terms.leaseMs();
  return { lease: { owner, durationMs }, untilMs: startMs + durationMs - requestTimeoutMs };
}
