import type { JobState, StopKind } from '../state/job.ts';
import { leaseLeftMs } from '../state/lease.ts';
import type { AgedTask, TaskName } from '../state/task.ts';

/** What a job is at, in a word or two. */
export type Condition =
  | 'not begun'
  | 'cutting'
  | 'loading'
  /** Nobody holds it: for a message, a loader, another try. */
  | 'waiting'
  | 'stopping'
  | 'done'
  | 'done with rejects'
  | 'too many rejects'
  | 'replaced'
  | 'gone'
  | 'failed';

const ends: Readonly<Record<StopKind, Condition>> = {
  rejects: 'too many rejects',
  replaced: 'replaced',
  gone: 'gone',
  failed: 'failed',
};

/** @param job undefined where it is known by its mark alone. @param tasks those that have not told the job that they are done */
export function conditionOf(job: JobState | undefined, tasks: ReadonlyMap<TaskName, AgedTask>): Condition {
  if (job === undefined) return 'not begun';
  if (job.isPublished) {
    if (job.stop !== null) return ends[job.stop.kind];
    const hasRejects = Object.values(job.reports).some(({ part }) => part.counts.rejected > 0);
    return hasRejects ? 'done with rejects' : 'done';
  }
  if (job.stop !== null) return 'stopping';
  const held = [...tasks].filter(([, task]) => isHeld(task)).map(([name]) => name);
  if (held.length === 0) return 'waiting';
  return held.every((name) => name === 'cut') ? 'cutting' : 'loading';
}

/** Whether somebody works on it. */
export function isHeld({ state, ageMs }: AgedTask): boolean {
  return leaseLeftMs(state.lease, ageMs) > 0;
}
