import { jobName } from '../bucket/keys.ts';
import { eventOf } from '../queue/messages.ts';
import { redriveJob } from '../jobs/redrive.ts';
import type { JobState } from '../state/job.ts';
import type { ConnectedPipeline } from '../connect.ts';
import { findJob } from '../status/find-job.ts';

/** What was done for one job, as `--json` has it. */
export interface StartedOne {
  /** Null where none is of the object yet. */
  readonly job: string | null;
  readonly key: string;
  readonly started:
    | 'nothing' // It is done.
    | 'run' // It had ended otherwise.
    | 'messages' // It had not ended.
    | 'file'; // No job was of it, or of its newest version.
  readonly run: number | null;
}

/**
 * Starts one job again.
 * @param named see `findJob`
 * @throws LoaderError JOB_NOT_FOUND
 */
export async function redriveOne(pipeline: ConnectedPipeline, named: string): Promise<StartedOne> {
  const { found, store, queue } = pipeline;
  const { key, job: id, unbegun } = await findJob(pipeline, named);
  const before = id === undefined || unbegun !== undefined ? undefined : await store.read<JobState>(jobName(id));
  if (id === undefined || before === undefined) {
    await queue.sendText(eventOf(found.bucket, key));
    return { job: unbegun === undefined ? (id ?? null) : null, key, started: 'file', run: null };
  }
  const { isPublished, stop, run } = before.state;
  if (isPublished && stop === null) return { job: id, key, started: 'nothing', run };
  const job = await redriveJob(pipeline, store, id);
  return { job: id, key, started: isPublished ? 'run' : 'messages', run: job?.run ?? run };
}
