import type { Failure } from './failure.ts';
import type { LatestVersionState } from './latest-version.ts';
import type { ObjectVersion } from './identity.ts';
import { isComplete } from './job-end.ts';
import { getFirstTask, hasReported, type JobState, type StopKind } from './job.ts';
import { leaseLeftMs } from './lease.ts';
import { findGiveUpReason, type AgedTask, type TaskName } from './task.ts';

/** Everything that is known about a task when its message arrives. */
export interface TaskView {
  readonly id: string;
  /** Undefined if the job does not exist yet. */
  readonly name: TaskName | undefined;
  readonly latest: LatestVersionState | undefined;
  readonly job: JobState | undefined;
  readonly task: AgedTask | undefined;
  /** By S3's clock. */
  readonly nowMs: number;
}

/** The next step for a message. All but the first two change state; after them the task is read again. */
export type JobStep =
  /** Delete the message: nothing is left to do. */
  | { readonly do: 'drop'; readonly why: string }
  /** Send the message again with a delay. */
  | { readonly do: 'wait'; readonly ms: number; readonly why: string }
  | { readonly do: 'create job'; readonly object: ObjectVersion }
  /** Read the settings again, which were invalid in an earlier run. */
  | { readonly do: 'resolve settings'; readonly job: JobState }
  /** Wait for the leases that earlier versions still hold. */
  | { readonly do: 'wait for earlier versions' }
  | { readonly do: 'create task'; readonly job: JobState; readonly name: TaskName }
  /** Stop the job before its object is loaded. Every task checks for this. */
  | { readonly do: 'stop'; readonly job: JobState; readonly kind: StopKind; readonly why: Failure }
  /** Report the progress of the task to the job. */
  | { readonly do: 'report'; readonly job: JobState; readonly name: TaskName }
  /** Store and publish the summary of the complete job. */
  | { readonly do: 'publish'; readonly job: JobState }
  /** Take the lease and work on the task. */
  | { readonly do: 'work'; readonly job: JobState; readonly name: TaskName };

export const replacedFailure: Failure = {
  code: 'SOURCE_CHANGED',
  message: 'the object was replaced: the newer version is loaded instead',
  hint: null,
};

/**
 * Decides the next step for a message. The step depends only on the stored state, so any loader can continue from wherever
 * another one stopped.
 */
export function decide(view: TaskView): JobStep {
  const { id, latest, job } = view;
  if (latest?.job !== id)
    return job === undefined ? { do: 'drop', why: 'the job does not exist' } : decideOld(view, job);
  if (job === undefined) return { do: 'create job', object: latest.object };
  // Checked for ended jobs, too: if a newer version was deleted, this one is the latest again and the newer job must end.
  if (latest.earlier.length > 0) return { do: 'wait for earlier versions' };
  if (job.isPublished) return { do: 'drop', why: 'the job has ended' };
  if (job.settings === null && job.stop === null) return { do: 'resolve settings', job };
  return decideTask(view, job);
}

/** Decides for a job whose object has a newer version. */
function decideOld(view: TaskView, job: JobState): JobStep {
  if (job.isPublished) return { do: 'drop', why: 'the job has ended' };
  if (job.stop === null && !isComplete(job)) return { do: 'stop', job, kind: 'replaced', why: replacedFailure };
  return decideTask(view, job);
}

function decideTask({ name, task, nowMs }: TaskView, job: JobState): JobStep {
  // The last task that reports ends the job.
  if (name === undefined || hasReported(job, name)) {
    return isComplete(job) ? { do: 'publish', job } : { do: 'drop', why: 'the task has ended; others are running' };
  }
  if (task === undefined) {
    // The cutter creates all other tasks before it sends their messages.
    if (name !== getFirstTask(job)) return { do: 'drop', why: 'the range does not exist' };
    // A stopped job gets no new tasks. A loader that creates one meanwhile sees the stop before it starts to work.
    return job.stop === null ? { do: 'create task', job, name } : { do: 'report', job, name };
  }
  const { state, ageMs } = task;
  if (state.isDone) return { do: 'report', job, name };
  const ms = leaseLeftMs(state.lease, ageMs);
  if (ms > 0) return { do: 'wait', ms, why: 'another loader holds the lease' };
  if (job.stop !== null) return { do: 'report', job, name };
  const why = findGiveUpReason(task, job.run, nowMs);
  return why === undefined ? { do: 'work', job, name } : { do: 'stop', job, kind: 'failed', why };
}
