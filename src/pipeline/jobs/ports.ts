import type { PipelineBucket, PipelineClock } from '../bucket/bucket.ts';
import type { SqsQueue } from '../queue/sqs-queue.ts';
import type { Failure } from '../state/failure.ts';
import type { ObjectVersion } from '../state/identity.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { JobSettings, JobState } from '../state/job.ts';
import type { TaskName, TaskState, TaskProgress } from '../state/task.ts';

/** How the work on a task ended, and its progress. */
export type TaskResult = { readonly work: TaskProgress } & (
  | /** The whole task is done. */ { readonly kind: 'done' }
    /** The loader was stopped. Fruitless: it did not reach the frontier. */
  | { readonly kind: 'stopped'; readonly hasNoProgress?: boolean }
  /** Changed: the object was replaced or deleted. Hopeless: a retry would fail in the same way. Failed: a retry may succeed. */
  | { readonly kind: 'too many rejects' | 'changed' | 'hopeless' | 'failed'; readonly why: Failure }
);

/** The start of a range. */
export interface Boundary {
  /** Offset in the object. */
  readonly offset: number;
  /** Where the loader of the range starts. */
  readonly checkpoint: unknown;
}

/** A task and its lease, as a loader receives it. */
export interface LeasedTask {
  readonly job: JobState;
  readonly name: TaskName;
  readonly task: TaskState;
  /** When aborted, the loader stops and waits for its requests in flight. */
  readonly stop: AbortSignal;
  /** Stores the progress and renews the lease. Call it every few seconds, even without progress. */
  readonly renew: (work: TaskProgress) => Promise<void>;
}

/** Ports to S3, SQS, SNS and the loader. */
export interface JobPorts {
  /** The table that the pipeline loads into. */
  readonly table: string;
  readonly bucket: PipelineBucket;
  readonly queue: Pick<SqsQueue, 'send'>;
  readonly clock: PipelineClock;
  /** Loads a range. Returns when it has no requests in flight. */
  load(leased: LeasedTask): Promise<TaskResult>;
  /**
   * Finds where the ranges after `from` start. Never splits a record.
   * @throws LoaderError SOURCE_CHANGED …
   */
  findBoundaries(job: JobState, from: TaskProgress): AsyncIterable<Boundary>;
  /** Publishes the summary. May be called twice for a run. */
  publish(summary: JobSummary): Promise<void>;
  /** Reads the settings of an object. @throws LoaderError if they are invalid. */
  resolveSettings(object: ObjectVersion): Promise<JobSettings>;
  /** Returns a unique value on each call. */
  token(): string;
}
