import type { Failure } from '../state/failure.ts';
import { computeProgress } from '../state/progress.ts';
import { zeroCounts, type Counts } from '../../load/summary.ts';
import { determineCondition, type JobCondition } from './job-condition.ts';
import type { StoredJob } from './read-job.ts';

/** The status of a job in the format of `--json`. Times are those of S3's clock, in ISO 8601. */
export interface JobStatus extends Counts {
  /** Null: the object has no job yet. */
  readonly job: string | null;
  readonly key: string;
  readonly state: JobCondition;
  /** From 1; each redrive of an ended job starts another run. Null: not started. */
  readonly run: number | null;
  /** Uncompressed bytes of the object that are settled. */
  readonly bytes: number;
  /** Size of the stored object. */
  readonly sizeBytes: number | null;
  /** 0 to 100, rounded down; null: unknown, because the object is compressed. */
  readonly percent: number | null;
  /** Average since the start of the run; null for later runs, whose counts are those of all runs. */
  readonly recordsPerSecond: number | null;
  /** Start of the run. */
  readonly started: string | null;
  readonly ended: string | null;
  /** Why the job ended early. */
  readonly error: Failure | null;
  /** Last failure of a task that is being retried. */
  readonly lastFailure: Failure | null;
}

/** Returns the status of a stored job. */
export function describeJob({ id, key, job, tasks, changedMs }: StoredJob, nowMs: number): JobStatus {
  if (job === undefined) return unstartedJob(id, key);
  const states = new Map([...tasks].map(([name, task]) => [name, task.state]));
  const { done, ...progress } = computeProgress(job, states);
  const endedMs = job.isPublished ? changedMs : undefined;
  const seconds = ((endedMs ?? nowMs) - job.begunMs) / 1000;
  const hasRate = job.run === 1 && progress.read > 0 && seconds > 0;
  return {
    job: id,
    key,
    state: determineCondition(job, tasks),
    run: job.run,
    ...progress,
    sizeBytes: job.object.sizeBytes,
    percent: done === undefined ? null : Math.floor(done * 100),
    recordsPerSecond: hasRate ? Math.round(progress.read / seconds) : null,
    started: formatTime(job.begunMs),
    ended: endedMs === undefined ? null : formatTime(endedMs),
    error: job.stop?.why ?? null,
    lastFailure: [...tasks.values()].map((task) => task.state.lastFailure).find((failure) => failure !== null) ?? null,
  };
}

/** Returns the status of a job that has not started. */
export function unstartedJob(job: string | null, key: string): JobStatus {
  return {
    job,
    key,
    state: 'not started',
    run: null,
    ...zeroCounts,
    bytes: 0,
    sizeBytes: null,
    percent: 0,
    recordsPerSecond: null,
    started: null,
    ended: null,
    error: null,
    lastFailure: null,
  };
}

/** Formats a time in seconds, the precision of S3. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
