import pLimit from 'p-limit';
import { latestVersionKey, jobKey } from '../bucket/keys.ts';
import { formatEvent } from '../queue/messages.ts';
import { redriveJob, resendOpenJobs } from '../jobs/redrive.ts';
import type { LatestVersionState } from '../state/latest-version.ts';
import type { JobState } from '../state/job.ts';
import type { ConnectedPipeline } from '../connect.ts';
import { takeInventory } from '../status/unstarted.ts';
import { maxReadsInFlight } from '../status/read-job.ts';
import { resendDeadLetters } from './dead-letters.ts';

/** The result of a redrive in the format of `--json`. */
export interface RedriveResult {
  /** Number of dead letters sent to the queue again. */
  readonly deadLetters: number;
  /** Number of dead letters of other programs or pipelines, which stay. */
  readonly foreignDeadLetters: number;
  /** Number of jobs that had not ended and got new messages. */
  readonly open: number;
  /** Failed jobs that started another run. */
  readonly failed: readonly { readonly job: string; readonly key: string; readonly run: number }[];
  /** Keys of objects without a job, which were announced to the queue. */
  readonly files: readonly string[];
  /** Number of objects whose state has expired, so that it is unknown whether they were loaded. */
  readonly expired: number;
}

/** Retries everything that a pipeline should have loaded and has not. */
export async function redriveAll(pipeline: ConnectedPipeline): Promise<RedriveResult> {
  const { found, store, queue, deadLetters } = pipeline;
  // First, so that objects whose jobs start because of the messages below are not announced again.
  const inventory = await takeInventory(pipeline);
  const letters = await resendDeadLetters(deadLetters, queue, found.bucket);
  const open = await resendOpenJobs(pipeline, store);
  const failed = await redriveFailed(pipeline, inventory.jobs);
  const files = inventory.objects.map(({ key }) => key).filter((key) => !letters.keys.has(key));
  for (const key of files) await queue.sendText(formatEvent(found.bucket, key));
  return {
    deadLetters: letters.sent,
    foreignDeadLetters: letters.foreign,
    open,
    failed,
    files,
    expired: inventory.expired,
  };
}

/** Retries jobs that failed. Jobs that were replaced, lost their object or had too many rejects would end the same way. */
async function redriveFailed(pipeline: ConnectedPipeline, jobs: readonly string[]): Promise<RedriveResult['failed']> {
  const { store } = pipeline;
  const redriven = await pLimit(maxReadsInFlight).map(jobs, async (id) => {
    const held = await store.read<JobState>(jobKey(id));
    if (held?.state.isPublished !== true || held.state.stop?.kind !== 'failed') return [];
    const { key } = held.state.object;
    const head = await store.read<LatestVersionState>(latestVersionKey(key));
    if (head !== undefined && head.state.job !== id) return [];
    const job = await redriveJob(pipeline, store, id);
    return job === undefined ? [] : [{ job: id, key, run: job.run }];
  });
  return redriven.flat();
}
