import type { Failure } from './failure.ts';
import { leaseLeftMs, type Lease } from './lease.ts';
import { zeroTotals, type RangeTotals } from './totals.ts';

/** The number of a range, or `cut` for cutting the object into ranges. */
export type TaskName = 'cut' | number;

/** Progress of a task. */
export interface TaskProgress {
  /** Offset in the object up to which everything is settled, or cut. */
  readonly frontier: number;
  /** Number of acknowledged writes, or of ranges cut. */
  readonly acknowledged: number;
  /** Where the loader or the cutter resumes; null: at the beginning. */
  readonly checkpoint: unknown;
  readonly part: RangeTotals;
}

/** A task, as stored in S3. Times are by S3's clock. */
export interface TaskState {
  /** Last run of the job in which a loader worked on the task. Failed starts and the last write belong to this run. */
  readonly run: number;
  /** First byte of the range. */
  readonly from: number;
  /** End of the range, exclusive; null: the end of the object. */
  readonly to: number | null;
  readonly lease: Lease | null;
  readonly isDone: boolean;
  /** Counted since the frontier last moved. */
  readonly failedStarts: number;
  readonly lastFailure: Failure | null;
  /**
   * Consecutive hand-overs by loaders that did not reach the frontier. Compressed bytes are always decompressed from their
   * beginning.
   */
  readonly vainHandOvers: number;
  /** Time of the last acknowledged write; before the first one, the start of the task or of its run. */
  readonly lastWriteMs: number;
  readonly work: TaskProgress;
}

/** The job ends at this failed start. */
const maxFailedStarts = 4;
/** The job ends at this hand-over by a loader that did not reach the frontier. The next loader would have no more time. */
const maxVainHandOvers = 3;
/** The job ends after this many milliseconds without an acknowledged write. */
export const maxIdleMs = 6 * 60 * 60 * 1000;

/**
 * Returns work that starts at an offset in the object.
 * @param checkpoint Where the loader or the cutter resumes; null: at the beginning of the object.
 */
export function startWorkAt(frontier: number, checkpoint: unknown): TaskProgress {
  return { frontier, acknowledged: 0, checkpoint, part: zeroTotals };
}

/** Creates the state of a task that no loader has worked on. */
export function newTask(start: Pick<TaskState, 'run' | 'from' | 'to' | 'work'>, nowMs: number): TaskState {
  return {
    ...start,
    lease: null,
    isDone: false,
    failedStarts: 0,
    lastFailure: null,
    vainHandOvers: 0,
    lastWriteMs: nowMs,
  };
}

/** A task and the age of its state in ms: Date minus Last-Modified of the response. */
export interface AgedTask {
  readonly state: TaskState;
  readonly ageMs: number;
}

/**
 * Brings a task whose lease is free or expired up to date for a run of its job. An expired lease was never released: its owner
 * died, or could not report that it stopped. Failures of earlier runs do not count.
 */
function prepareForRun({ state, ageMs }: AgedTask, run: number, nowMs: number): TaskState {
  if (state.run !== run) {
    return { ...state, lease: null, run, failedStarts: 0, lastFailure: null, vainHandOvers: 0, lastWriteMs: nowMs };
  }
  const hasExpired = state.lease !== null && leaseLeftMs(state.lease, ageMs) === 0;
  return hasExpired ? { ...state, lease: null, failedStarts: state.failedStarts + 1 } : state;
}

/** Returns why to give up on a task whose lease is free or expired; undefined if a loader may work on it. */
export function findGiveUpReason(task: AgedTask, run: number, nowMs: number): Failure | undefined {
  const { failedStarts, lastFailure, vainHandOvers, lastWriteMs, work } = prepareForRun(task, run, nowMs);
  if (failedStarts >= maxFailedStarts) {
    return (
      lastFailure ?? {
        code: 'INTERNAL',
        message: `${failedStarts} consecutive loaders failed to get past byte ${work.frontier}`,
        hint: 'Check the log of the last loader; a record or the object may be too large for its memory or its time limit.',
      }
    );
  }
  if (vainHandOvers >= maxVainHandOvers) {
    return {
      code: 'RETRIES_EXHAUSTED',
      message: `${vainHandOvers} consecutive loaders ran out of time while decompressing the object up to byte ${work.frontier}`,
      hint: 'Resume the job with csv2ddb redrive and load it with csv2ddb worker, which has no time limit.',
    };
  }
  if (nowMs - lastWriteMs < maxIdleMs) return undefined;
  return {
    code: 'RETRIES_EXHAUSTED',
    message: 'DynamoDB acknowledged no write for 6 hours',
    hint: 'Check the write capacity of the table, then resume the job with csv2ddb redrive.',
  };
}

/** Takes the lease for a run of the job. The previous lease must be free or expired. */
export function takeLease(task: AgedTask, lease: Lease, run: number, nowMs: number): TaskState {
  return { ...prepareForRun(task, run, nowMs), lease };
}

/** Records the progress of the lease owner. */
export function recordProgress(state: TaskState, work: TaskProgress, nowMs: number): TaskState {
  const before = state.work;
  const hasMoved = work.frontier > before.frontier;
  const hasWritten = work.acknowledged > before.acknowledged;
  return {
    ...state,
    failedStarts: hasMoved ? 0 : state.failedStarts,
    lastFailure: hasMoved ? null : state.lastFailure,
    lastWriteMs: hasWritten || hasMoved ? nowMs : state.lastWriteMs,
    work,
  };
}

/**
 * Releases the lease so that another loader can continue.
 * @param hasNoProgress The owner did not reach the frontier.
 */
export function handOver(state: TaskState, hasNoProgress = false): TaskState {
  return { ...state, lease: null, vainHandOvers: hasNoProgress ? state.vainHandOvers + 1 : 0 };
}

/** Releases the lease after a failure that a retry may overcome. */
export function recordFailedStart(state: TaskState, failure: Failure): TaskState {
  return { ...state, lease: null, failedStarts: state.failedStarts + 1, lastFailure: failure };
}

export function markDone(state: TaskState): TaskState {
  return { ...state, lease: null, isDone: true, lastFailure: null };
}
