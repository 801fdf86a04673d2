import pLimit from 'p-limit';
import { headName, jobName } from '../bucket/keys.ts';
import { eventOf } from '../queue/messages.ts';
import { redriveJob, rouseOpenJobs } from '../jobs/redrive.ts';
import type { HeadState } from '../state/head.ts';
import type { JobState } from '../state/job.ts';
import type { ConnectedPipeline } from '../connect.ts';
import { takeStock } from '../status/unstarted.ts';
import { looksAtOnce } from '../status/read-job.ts';
import { sendDeadLettersAgain } from './dead-letters.ts';

/** What was started again, as `--json` has it. */
export interface Started {
  /** Dead letters that were sent to the queue again. */
  readonly deadLetters: number;
  /** Dead letters that are none of the pipeline's: they stay. */
  readonly alienDeadLetters: number;
  /** Jobs that had not ended, and got messages again. */
  readonly open: number;
  /** Jobs that had failed. */
  readonly failed: readonly { readonly job: string; readonly key: string; readonly run: number }[];
  /** Keys of objects that no job was of. */
  readonly files: readonly string[];
  /** Objects that are older than states are kept for: nobody knows whether they were loaded. */
  readonly forgotten: number;
}

/** Starts again all that a pipeline has not loaded, though it should have. */
export async function redriveEverything(pipeline: ConnectedPipeline): Promise<Started> {
  const { found, store, queue, deadLetters } = pipeline;
  // What is begun by what is sent below is not sent twice.
  const stock = await takeStock(pipeline);
  const letters = await sendDeadLettersAgain(deadLetters, queue, found.bucket);
  const open = await rouseOpenJobs(pipeline, store);
  const failed = await redriveFailed(pipeline, stock.jobs);
  const files = stock.objects.map(({ key }) => key).filter((key) => !letters.keys.has(key));
  for (const key of files) await queue.sendText(eventOf(found.bucket, key));
  return {
    deadLetters: letters.sent,
    alienDeadLetters: letters.alien,
    open,
    failed,
    files,
    forgotten: stock.forgotten,
  };
}

/** Those that failed, and no others: a job whose object was put again, or is gone, or has too many rejects, would end as it did. */
async function redriveFailed(pipeline: ConnectedPipeline, jobs: readonly string[]): Promise<Started['failed']> {
  const { store } = pipeline;
  const redriven = await pLimit(looksAtOnce).map(jobs, async (id) => {
    const held = await store.read<JobState>(jobName(id));
    if (held?.state.isPublished !== true || held.state.stop?.kind !== 'failed') return [];
    const { key } = held.state.object;
    const head = await store.read<HeadState>(headName(key));
    if (head !== undefined && head.state.job !== id) return [];
    const job = await redriveJob(pipeline, store, id);
    return job === undefined ? [] : [{ job: id, key, run: job.run }];
  });
  return redriven.flat();
}
