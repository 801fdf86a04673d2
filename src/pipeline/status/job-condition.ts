import type { JobState, StopKind } from '../state/job.ts';
import { leaseLeftMs } from '../state/lease.ts';
import type { AgedTask, TaskName } from '../state/task.ts';

/** The state of a job as people read it. */
export type JobCondition =
  | 'not started'
  | 'cutting'
  | 'loading'
  /** No task has a lease: it waits for a message, a loader or a retry. */
  | 'waiting'
  | 'stopping'
  | 'done'
  | 'done with rejects'
  | 'too many rejects'
  | 'replaced'
  | 'gone'
  | 'failed';

const conditionsByStop: Readonly<Record<StopKind, JobCondition>> = {
  rejects: 'too many rejects',
  replaced: 'replaced',
  gone: 'gone',
  failed: 'failed',
};

/**
 * @param job undefined: it is marked as open, but has no state yet
 * @param tasks those that have not reported to the job that they are done
 */
export function determineCondition(job: JobState | undefined, tasks: ReadonlyMap<TaskName, AgedTask>): JobCondition {
  if (job === undefined) return 'not started';
  if (job.isPublished) {
    if (job.stop !== null) return conditionsByStop[job.stop.kind];
    const hasRejects = Object.values(job.reports).some(({ part }) => part.counts.rejected > 0);
    return hasRejects ? 'done with rejects' : 'done';
  }
  if (job.stop !== null) return 'stopping';
  const leased = [...tasks].filter(([, task]) => isLeased(task)).map(([name]) => name);
  if (leased.length === 0) return 'waiting';
  return leased.every((name) => name === 'cut') ? 'cutting' : 'loading';
}

/** Returns whether a loader works on a task. */
export function isLeased({ state, ageMs }: AgedTask): boolean {
  return leaseLeftMs(state.lease, ageMs) > 0;
}
