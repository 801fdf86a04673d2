import type { Failure } from './failure.ts';
import { leaseLeftMs, type Lease } from './lease.ts';
import { emptyPart, type Part } from './totals.ts';

/** A range of the object, by its number, or the cutting of the object into ranges. */
export type TaskName = 'cut' | number;

/** How far a task has come. */
export interface Work {
  /** Byte of the object up to which all is settled, or cut. */
  readonly frontier: number;
  /** Acknowledged writes, or ranges cut, so far. */
  readonly acknowledged: number;
  /** What it goes on from: the loader's or the cutter's own; null: from its beginning. */
  readonly checkpoint: unknown;
  readonly part: Part;
}

/** A task, as it lies in S3. Times are those of S3's clock. */
export interface TaskState {
  /** The job's run that it was last worked on in: failed starts and the last write are of that run. */
  readonly run: number;
  /** Bytes of the object that it is about; null: to the end. */
  readonly from: number;
  readonly to: number | null;
  readonly lease: Lease | null;
  readonly isDone: boolean;
  /** Since the frontier moved. */
  readonly failedStarts: number;
  readonly lastFailure: Failure | null;
  /** Hand-overs in a row by loaders that had not come to where they were to go on: packed bytes are unpacked from their beginning. */
  readonly vainHandOvers: number;
  /** When something was last acknowledged; before that, when the task or its run began. */
  readonly lastWriteMs: number;
  readonly work: Work;
}

/** At the fourth failed start the job ends. */
const mostFailedStarts = 4;
/** And at the third hand-over in vain: the next one would have no more time. */
const mostVainHandOvers = 3;
/** And after so many ms without a write. */
export const longestSilenceMs = 6 * 60 * 60 * 1000;

/** Work that begins at a byte of the object. @param checkpoint of the loader or the cutter; null: from the object's beginning */
export function workFrom(frontier: number, checkpoint: unknown): Work {
  return { frontier, acknowledged: 0, checkpoint, part: emptyPart };
}

/** A task that was never worked on. @param work where it begins */
export function newTask(of: Pick<TaskState, 'run' | 'from' | 'to' | 'work'>, nowMs: number): TaskState {
  return {
    ...of,
    lease: null,
    isDone: false,
    failedStarts: 0,
    lastFailure: null,
    vainHandOvers: 0,
    lastWriteMs: nowMs,
  };
}

/** A task and the age of its state in ms: S3's Date less Last-Modified. */
export interface AgedTask {
  readonly state: TaskState;
  readonly ageMs: number;
}

/**
 * The task as `run` of its job finds it, given that its lease is free or over. A lease that is over was not given back: its
 * owner has died, or was not able to say that it stopped. Failures of an earlier run are forgotten.
 */
function asFound({ state, ageMs }: AgedTask, run: number, nowMs: number): TaskState {
  if (state.run !== run) {
    return { ...state, lease: null, run, failedStarts: 0, lastFailure: null, vainHandOvers: 0, lastWriteMs: nowMs };
  }
  const isDead = state.lease !== null && leaseLeftMs(state.lease, ageMs) === 0;
  return isDead ? { ...state, lease: null, failedStarts: state.failedStarts + 1 } : state;
}

/** Returns why the task is tried no more; undefined: it may be worked on. Given that its lease is free or over. */
export function reasonToGiveUp(task: AgedTask, run: number, nowMs: number): Failure | undefined {
  const { failedStarts, lastFailure, vainHandOvers, lastWriteMs, work } = asFound(task, run, nowMs);
  if (failedStarts >= mostFailedStarts) {
    return (
      lastFailure ?? {
        code: 'INTERNAL',
        message: `${failedStarts} loaders in a row ended without getting on from byte ${work.frontier}`,
        hint: 'Look at the log of the last one; a record or an object may be too large for the memory or the time it has.',
      }
    );
  }
  if (vainHandOvers >= mostVainHandOvers) {
    return {
      code: 'RETRIES_EXHAUSTED',
      message: `${vainHandOvers} loaders in a row had no time to unpack it up to byte ${work.frontier}, where they were to go on`,
      hint: 'Load it with csv2ddb worker, which has no such end, or put it unpacked; then start the job again with redrive.',
    };
  }
  if (nowMs - lastWriteMs < longestSilenceMs) return undefined;
  return {
    code: 'RETRIES_EXHAUSTED',
    message: 'nothing was written for 6 hours',
    hint: 'Look at the capacity of the table and at who else writes to it, then start the job again with redrive.',
  };
}

/** Takes the lease for a run of the job, given that it is free or over. */
export function take(task: AgedTask, lease: Lease, run: number, nowMs: number): TaskState {
  return { ...asFound(task, run, nowMs), lease };
}

/** The holder has come so far. */
export function advance(state: TaskState, work: Work, nowMs: number): TaskState {
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

/** The holder stops, and somebody else may go on. @param isVain it had not come to where it was to go on */
export function handOver(state: TaskState, isVain = false): TaskState {
  return { ...state, lease: null, vainHandOvers: isVain ? state.vainHandOvers + 1 : 0 };
}

/** The holder could not go on; another try may help. */
export function failStart(state: TaskState, failure: Failure): TaskState {
  return { ...state, lease: null, failedStarts: state.failedStarts + 1, lastFailure: failure };
}

export function finish(state: TaskState): TaskState {
  return { ...state, lease: null, isDone: true, lastFailure: null };
}
