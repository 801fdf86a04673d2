import pLimit from 'p-limit';
import { openJobsFolder } from '../bucket/keys.ts';
import type { QueueDepth } from '../queue/sqs-queue.ts';
import type { ConnectedPipeline } from '../connect.ts';
import { describeJob, formatTime, type JobStatus } from './job-status.ts';
import { takeInventory } from './unstarted.ts';
import { maxReadsInFlight, readJob } from './read-job.ts';

/** The status of a pipeline in the format of `--json`. */
export interface Overview {
  /** Null: the default pipeline, which has no name. */
  readonly name: string | null;
  readonly bucket: string;
  readonly table: string;
  /** Null: a worker loads, not a function. */
  readonly function: string | null;
  readonly queue: QueueDepth;
  readonly deadLetters: QueueDepth;
  /** Number of jobs that have not ended. */
  readonly openJobs: number;
  /** The newest jobs, and the newest of those that have not ended; newest first. */
  readonly jobs: readonly JobStatus[];
  /** Objects whose job has not started. */
  readonly unstarted: readonly { readonly key: string; readonly sizeBytes: number; readonly put: string }[];
  /** Number of objects whose state has expired, so that it is unknown whether they were loaded. */
  readonly expired: number;
}

const maxNewestShown = 20;
/** The other open jobs are only counted. */
const maxOpenShown = 100;

/** Reads the status of a pipeline. @throws LoaderError if S3 or SQS refuses a request */
export async function readOverview(pipeline: ConnectedPipeline): Promise<Overview> {
  const { found, bucket, queue, deadLetters, clock } = pipeline;
  const { name, table, function: functionName } = found.description;
  const [messages, letters, inventory] = await Promise.all([
    queue.depth(),
    deadLetters.depth(),
    takeInventory(pipeline),
  ]);
  const open = (await bucket.list(openJobsFolder)).map((mark) => mark.slice(openJobsFolder.length));
  // Job IDs sort by time.
  const shown = new Set([...inventory.jobs.slice(-maxNewestShown), ...open.slice(-maxOpenShown)]);
  const limit = pLimit(maxReadsInFlight);
  const stored = await Promise.all(
    [...shown]
      .sort()
      .reverse()
      .map((id) => readJob(pipeline, id, 'open', limit)),
  );
  return {
    name,
    bucket: found.bucket,
    table,
    function: functionName,
    queue: messages,
    deadLetters: letters,
    openJobs: open.length,
    jobs: stored.flatMap((job) => (job === undefined ? [] : [describeJob(job, clock.nowMs())])),
    unstarted: inventory.objects.map(({ key, sizeBytes, lastModifiedMs }) => ({
      key,
      sizeBytes,
      put: formatTime(lastModifiedMs),
    })),
    expired: inventory.expired,
  };
}
