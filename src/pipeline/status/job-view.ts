import type { Failure } from '../state/failure.ts';
import { progressOf } from '../state/progress.ts';
import { zeroCounts, type Counts } from '../../load/summary.ts';
import { conditionOf, type Condition } from './job-condition.ts';
import type { SeenJob } from './read-job.ts';

/** A job as `--json` has it. Times are those of S3's clock, as ISO 8601 has them. */
export interface JobLook extends Counts {
  /** Null for an object that no job is of. */
  readonly job: string | null;
  readonly key: string;
  readonly state: Condition;
  /** From 1; redrive begins another one. Null before the first one. */
  readonly run: number | null;
  /** Of the object that are settled, unpacked. */
  readonly bytes: number;
  /** Of the object as it is stored. */
  readonly sizeBytes: number | null;
  /** 0 to 100, rounded down; null where nobody can tell: the object is packed. */
  readonly percent: number | null;
  /** Since the run began; null for later runs, whose counts are those of all runs. */
  readonly recordsPerSecond: number | null;
  /** When the run began. */
  readonly begun: string | null;
  readonly ended: string | null;
  /** Of a job that has ended before its object did. */
  readonly error: Failure | null;
  /** Of one that is tried again. */
  readonly lastFailure: Failure | null;
}

/** What the states of a job say to whoever asks how it goes. */
export function lookAt({ id, key, job, tasks, changedMs }: SeenJob, nowMs: number): JobLook {
  if (job === undefined) return notBegun(id, key);
  const states = new Map([...tasks].map(([name, task]) => [name, task.state]));
  const { done, ...progress } = progressOf(job, states);
  const endedMs = job.isPublished ? changedMs : undefined;
  const seconds = ((endedMs ?? nowMs) - job.begunMs) / 1000;
  const hasRate = job.run === 1 && progress.read > 0 && seconds > 0;
  return {
    job: id,
    key,
    state: conditionOf(job, tasks),
    run: job.run,
    ...progress,
    sizeBytes: job.object.sizeBytes,
    percent: done === undefined ? null : Math.floor(done * 100),
    recordsPerSecond: hasRate ? Math.round(progress.read / seconds) : null,
    begun: timeOf(job.begunMs),
    ended: endedMs === undefined ? null : timeOf(endedMs),
    error: job.stop?.why ?? null,
    lastFailure: [...tasks.values()].map((task) => task.state.lastFailure).find((failure) => failure !== null) ?? null,
  };
}

/** What there is to say before anything is done. */
export function notBegun(job: string | null, key: string): JobLook {
  return {
    job,
    key,
    state: 'not begun',
    run: null,
    ...zeroCounts,
    bytes: 0,
    sizeBytes: null,
    percent: 0,
    recordsPerSecond: null,
    begun: null,
    ended: null,
    error: null,
    lastFailure: null,
  };
}

/** To the second: S3 tells no more. */
export function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
