import { jobKey } from '../bucket/keys.ts';
import { formatEvent } from '../queue/messages.ts';
import { redriveJob } from '../jobs/redrive.ts';
import type { JobState } from '../state/job.ts';
import type { ConnectedPipeline } from '../connect.ts';
import { findJob } from '../status/find-job.ts';

/** The result of a redrive of one job in the format of `--json`. */
export interface JobRedriveResult {
  /** Null: the object has no job yet. */
  readonly job: string | null;
  readonly key: string;
  readonly started:
    | 'nothing' // The job is done.
    | 'run' // It had ended early, and started another run.
    | 'messages' // It had not ended, and got new messages.
    | 'file'; // The latest version had no job, and was announced to the queue.
  readonly run: number | null;
}

/**
 * Retries one job.
 * @param name see `findJob`
 * @throws LoaderError JOB_NOT_FOUND
 */
export async function redriveByName(pipeline: ConnectedPipeline, name: string): Promise<JobRedriveResult> {
  const { found, store, queue } = pipeline;
  const { key, job: id, unstarted } = await findJob(pipeline, name);
  const before = id === undefined || unstarted !== undefined ? undefined : await store.read<JobState>(jobKey(id));
  if (id === undefined || before === undefined) {
    await queue.sendText(formatEvent(found.bucket, key));
    return { job: unstarted === undefined ? (id ?? null) : null, key, started: 'file', run: null };
  }
  const { isPublished, stop, run } = before.state;
  if (isPublished && stop === null) return { job: id, key, started: 'nothing', run };
  const job = await redriveJob(pipeline, store, id);
  return { job: id, key, started: isPublished ? 'run' : 'messages', run: job?.run ?? run };
}
