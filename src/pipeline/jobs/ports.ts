import type { Bucket, Clock } from '../bucket/bucket.ts';
import type { SqsQueue } from '../queue/sqs-queue.ts';
import type { Failure } from '../state/failure.ts';
import type { ObjectVersion } from '../state/identity.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { JobSettings, JobState } from '../state/job.ts';
import type { TaskName, TaskState, Work } from '../state/task.ts';

/** How the work on a task ended, and how far it came. */
export type Ended = { readonly work: Work } & (
  | /** All of it is done. */ { readonly kind: 'done' }
    /** It was told to stop; in vain: before it had come to where it was to go on. */
  | { readonly kind: 'stopped'; readonly isVain?: boolean }
  /** Changed: the object is another now, or gone. Hopeless: no other try would come further. Failed: another try may. */
  | { readonly kind: 'too many rejects' | 'changed' | 'hopeless' | 'failed'; readonly why: Failure }
);

/** Where a range begins. */
export interface Boundary {
  /** Byte of the object. */
  readonly offset: number;
  /** What loading goes on from there. */
  readonly checkpoint: unknown;
}

/** A task under a lease, as whoever works on it gets it. */
export interface LeasedTask {
  readonly job: JobState;
  readonly name: TaskName;
  readonly task: TaskState;
  /** Aborted: stop, and have no request in flight any more. */
  readonly stop: AbortSignal;
  /** Stores how far the work is and renews the lease: to be called every few seconds, also if nothing has moved. */
  readonly renew: (work: Work) => Promise<void>;
}

/** What handling a message needs of S3, SQS, SNS and the loader. */
export interface JobPorts {
  /** That the pipeline loads into. */
  readonly table: string;
  readonly bucket: Bucket;
  readonly queue: Pick<SqsQueue, 'send'>;
  readonly clock: Clock;
  /** Loads a range; returns when none of its requests is in flight. */
  load(leased: LeasedTask): Promise<Ended>;
  /**
   * Where ranges of the object begin, after the first one and from where a cutter stopped on; records are not cut.
   * @throws LoaderError SOURCE_CHANGED …
   */
  boundaries(job: JobState, from: Work): AsyncIterable<Boundary>;
  /** Tells whoever wants to know. It may be told twice. */
  publish(summary: JobSummary): Promise<void>;
  /** What a new job is loaded with. @throws LoaderError where its settings cannot be used. */
  settle(object: ObjectVersion): Promise<JobSettings>;
  /** Another one at each call. */
  token(): string;
}
