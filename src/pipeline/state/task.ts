import { LoaderError, type ErrorCode } from '../../errors.ts';
import { leaseLeftMs, type Lease } from './lease.ts';
import type { Part } from './totals.ts';

/** A range of the object, by its number, or the cutting of the object into ranges. */
export type TaskName = 'cut' | number;

/** Why something ended, as states, summaries and messages tell it. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

/** In place of hints that are about the command line of `direct`. */
const hints: Partial<Record<ErrorCode, string>> = {
  TOO_MANY_ERRORS:
    'Read the reasons beside the rejected records, then put the file again, mended or with a larger max-errors in its settings.',
  TABLE_NOT_FOUND:
    'Make the table, then start the job again with csv2ddb redrive. What went with a table that was deleted is loaded by putting the file again.',
  CREDENTIALS_INVALID: 'Renew the credentials of whoever loads, then start the job again with csv2ddb redrive.',
  RETRIES_USED_UP: 'Find out why, then start the job again with csv2ddb redrive.',
  SOURCE_CHANGED: 'Put the file again.',
  CHECKPOINT_OF_ANOTHER_JOB: 'Put the file again: it is loaded from its beginning.',
};

/** A job has no command line to go on with. */
const goesOn = /--(resume|restart)\b/;

/** An error as a job tells it. */
export function failed({
  code,
  message,
  hint,
}: Pick<LoaderError, 'code' | 'message'> & { hint?: string | null | undefined }): Failure {
  const usual = hint != null && goesOn.test(hint) ? 'Start the job again with csv2ddb redrive.' : (hint ?? null);
  return { code, message, hint: hints[code] ?? usual };
}

/** What is no LoaderError is a bug of ours. */
export function failureOf(error: unknown): Failure {
  if (error instanceof LoaderError) return failed(error);
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error), hint: null };
}

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

export function newTask(run: number, from: number, to: number | null, work: Work, nowMs: number): TaskState {
  return {
    run,
    from,
    to,
    lease: null,
    isDone: false,
    failedStarts: 0,
    lastFailure: null,
    vainHandOvers: 0,
    lastWriteMs: nowMs,
    work,
  };
}

/** The task as `run` of its job finds it: what went wrong in an earlier run is forgotten. */
function inRun(state: TaskState, run: number, nowMs: number): TaskState {
  if (state.run === run) return state;
  return { ...state, run, failedStarts: 0, lastFailure: null, vainHandOvers: 0, lastWriteMs: nowMs };
}

/** A lease that is over has not been given back: who held it has died, or was not able to say that it stopped. */
function countDead(state: TaskState, ageMs: number): TaskState {
  const isDead = state.lease !== null && leaseLeftMs(state.lease, ageMs) === 0;
  return isDead ? { ...state, lease: null, failedStarts: state.failedStarts + 1 } : state;
}

/** Why it is tried no more; undefined: it may be worked on. Given that its lease is free or over. */
export function reasonToGiveUp(before: TaskState, run: number, ageMs: number, nowMs: number): Failure | undefined {
  const state = inRun(countDead(before, ageMs), run, nowMs);
  if (state.failedStarts >= mostFailedStarts) {
    return (
      state.lastFailure ?? {
        code: 'INTERNAL',
        message: `${state.failedStarts} loaders in a row ended without getting on from byte ${state.work.frontier}`,
        hint: 'Look at the log of the last one; a record or an object may be too large for the memory or the time it has.',
      }
    );
  }
  if (state.vainHandOvers >= mostVainHandOvers) {
    return {
      code: 'RETRIES_USED_UP',
      message: `${state.vainHandOvers} loaders in a row had no time to unpack it up to byte ${state.work.frontier}, where they were to go on`,
      hint: 'Load it with csv2ddb worker, which has no such end, or put it unpacked; then start the job again with redrive.',
    };
  }
  if (nowMs - state.lastWriteMs < longestSilenceMs) return undefined;
  return {
    code: 'RETRIES_USED_UP',
    message: 'nothing was written for 6 hours',
    hint: 'Look at the capacity of the table and at who else writes to it, then start the job again with redrive.',
  };
}

/** Given that the lease is free or over. */
export function take(state: TaskState, run: number, lease: Lease, ageMs: number, nowMs: number): TaskState {
  return { ...inRun(countDead(state, ageMs), run, nowMs), lease };
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

/** The holder goes on. */
export function extend(state: TaskState, lease: Lease): TaskState {
  return { ...state, lease };
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
