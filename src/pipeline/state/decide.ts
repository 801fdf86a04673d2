import { leaseLeftMs } from './lease.ts';
import type { HeadState } from './head.ts';
import { firstTask, hasReported, isComplete, type JobState, type StopKind } from './job.ts';
import { reasonToGiveUp, type Failure, type TaskName, type TaskState } from './task.ts';

/** All that is known of a task when its message comes. */
export interface View {
  readonly id: string;
  /** Undefined where the job is not made yet. */
  readonly name: TaskName | undefined;
  readonly head: HeadState | undefined;
  readonly job: JobState | undefined;
  readonly task: { readonly state: TaskState; readonly ageMs: number } | undefined;
  /** By S3's clock. */
  readonly nowMs: number;
}

/** What is to be done next. All but the first two change state, and are followed by another look. */
export type Step =
  /** Nothing is left to do for this message. */
  | { readonly do: 'drop'; readonly why: string }
  /** Nothing can be done before then: the message is sent anew. */
  | { readonly do: 'wait'; readonly ms: number; readonly why: string }
  | { readonly do: 'make job' }
  /** It goes on though its settings could not be used before: they are looked at again. */
  | { readonly do: 'settle' }
  /** Earlier versions may hold leases: what they have left is to be waited for, the rest forgotten. */
  | { readonly do: 'look at earlier jobs' }
  | { readonly do: 'make task' }
  | { readonly do: 'stop'; readonly kind: StopKind; readonly why: Failure }
  /** The task tells the job how far it is. */
  | { readonly do: 'report' }
  /** Summary, message, mark. */
  | { readonly do: 'publish' }
  /** Take the lease and go on with it. */
  | { readonly do: 'work' };

export const replaced: Failure = {
  code: 'SOURCE_CHANGED',
  message: 'the object was put again: the newer one is loaded instead',
  hint: null,
};

/**
 * What a message leads to. State is the truth, the message only a reason to look: whatever was done before, by whomever,
 * and wherever it stopped, the next step follows from what lies there.
 */
export function decide(view: View): Step {
  const { id, name, head, job } = view;
  if (head?.job !== id) return job === undefined ? { do: 'drop', why: 'there is no such job' } : decideOld(view, job);
  if (job === undefined) return { do: 'make job' };
  // Also of one that has ended: it is the newest again where a newer version was deleted, whose job has an end to come to.
  if (head.earlier.length > 0) return { do: 'look at earlier jobs' };
  if (job.isPublished) return { do: 'drop', why: 'the job has ended' };
  if (job.settings === null && job.stop === null) return { do: 'settle' };
  if (name === undefined || hasReported(job, name)) return decideReported(job);
  return decideTask(view, job);
}

/** A newer version is there. */
function decideOld(view: View, job: JobState): Step {
  if (job.isPublished) return { do: 'drop', why: 'the job has ended' };
  if (job.stop === null && !isComplete(job)) return { do: 'stop', kind: 'replaced', why: replaced };
  if (view.name === undefined || hasReported(job, view.name)) return decideReported(job);
  return decideTask(view, job);
}

function decideReported(job: JobState): Step {
  return isComplete(job) ? { do: 'publish' } : { do: 'drop', why: 'the task has ended, others go on' };
}

function decideTask({ name, task, nowMs }: View, job: JobState): Step {
  if (task === undefined) {
    // All others are made by whoever cuts the object, before their messages.
    if (name !== firstTask(job)) return { do: 'drop', why: 'there is no such range' };
    // Of a job that is stopped nothing is made: whoever makes it now sees the mark before the work begins.
    return job.stop === null ? { do: 'make task' } : { do: 'report' };
  }
  const { state, ageMs } = task;
  if (state.isDone) return { do: 'report' };
  const ms = leaseLeftMs(state.lease, ageMs);
  if (ms > 0) return { do: 'wait', ms, why: 'somebody works on it' };
  if (job.stop !== null) return { do: 'report' };
  const why = reasonToGiveUp(state, job.run, ageMs, nowMs);
  return why === undefined ? { do: 'work' } : { do: 'stop', kind: 'failed', why };
}
