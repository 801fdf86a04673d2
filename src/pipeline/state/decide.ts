import type { Failure } from './failure.ts';
import type { HeadState } from './head.ts';
import type { ObjectVersion } from './identity.ts';
import { isComplete } from './job-end.ts';
import { firstTask, hasReported, type JobState, type StopKind } from './job.ts';
import { leaseLeftMs } from './lease.ts';
import { reasonToGiveUp, type AgedTask, type TaskName } from './task.ts';

/** All that is known of a task when its message comes. */
export interface View {
  readonly id: string;
  /** Undefined where the job is not made yet. */
  readonly name: TaskName | undefined;
  readonly head: HeadState | undefined;
  readonly job: JobState | undefined;
  readonly task: AgedTask | undefined;
  /** By S3's clock. */
  readonly nowMs: number;
}

/** What is to be done next. All but the first two change state, and are followed by another look. */
export type Step =
  /** Nothing is left to do for this message. */
  | { readonly do: 'drop'; readonly why: string }
  /** Nothing can be done before then: the message is sent again. */
  | { readonly do: 'wait'; readonly ms: number; readonly why: string }
  | { readonly do: 'make job'; readonly object: ObjectVersion }
  /** The job continues though its settings could not be used before: they are looked at again. */
  | { readonly do: 'settle'; readonly job: JobState }
  /** Earlier versions may hold leases: what they have left is to be waited for, the rest forgotten. */
  | { readonly do: 'look at earlier jobs' }
  | { readonly do: 'make task'; readonly job: JobState; readonly name: TaskName }
  /** The job ends before its object is loaded: every task looks at that mark. */
  | { readonly do: 'stop'; readonly job: JobState; readonly kind: StopKind; readonly why: Failure }
  /** The task reports to the job how far it came. */
  | { readonly do: 'report'; readonly job: JobState; readonly name: TaskName }
  /** The job has come to its end: summary, message, mark. */
  | { readonly do: 'publish'; readonly job: JobState }
  /** Take the lease and work on the task. */
  | { readonly do: 'work'; readonly job: JobState; readonly name: TaskName };

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
  const { id, head, job } = view;
  if (head?.job !== id) return job === undefined ? { do: 'drop', why: 'there is no such job' } : decideOld(view, job);
  if (job === undefined) return { do: 'make job', object: head.object };
  // Also of one that has ended: it is the newest again where a newer version was deleted, whose job has an end to come to.
  if (head.earlier.length > 0) return { do: 'look at earlier jobs' };
  if (job.isPublished) return { do: 'drop', why: 'the job has ended' };
  if (job.settings === null && job.stop === null) return { do: 'settle', job };
  return decideTask(view, job);
}

/** A newer version is there. */
function decideOld(view: View, job: JobState): Step {
  if (job.isPublished) return { do: 'drop', why: 'the job has ended' };
  if (job.stop === null && !isComplete(job)) return { do: 'stop', job, kind: 'replaced', why: replaced };
  return decideTask(view, job);
}

function decideTask({ name, task, nowMs }: View, job: JobState): Step {
  // The job ends with the last task that reports.
  if (name === undefined || hasReported(job, name)) {
    return isComplete(job) ? { do: 'publish', job } : { do: 'drop', why: 'the task has ended, others go on' };
  }
  if (task === undefined) {
    // All others are made by whoever cuts the object, before their messages.
    if (name !== firstTask(job)) return { do: 'drop', why: 'there is no such range' };
    // Of a job that is stopped nothing is made: whoever makes it now sees the mark before the work begins.
    return job.stop === null ? { do: 'make task', job, name } : { do: 'report', job, name };
  }
  const { state, ageMs } = task;
  if (state.isDone) return { do: 'report', job, name };
  const ms = leaseLeftMs(state.lease, ageMs);
  if (ms > 0) return { do: 'wait', ms, why: 'somebody works on it' };
  if (job.stop !== null) return { do: 'report', job, name };
  const why = reasonToGiveUp(task, job.run, nowMs);
  return why === undefined ? { do: 'work', job, name } : { do: 'stop', job, kind: 'failed', why };
}
