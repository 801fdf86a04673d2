import { abortableSleep } from '../../aws/retry.ts';
import { findObject } from '../../aws/s3/head-object.ts';
import { LoaderError } from '../../errors.ts';
import { summaryKey } from '../bucket/keys.ts';
import { getJobId } from '../state/identity.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { JobState } from '../state/job.ts';
import { diagnose, formatDiagnosis, suggestFix } from './diagnose.ts';
import { sumProgress, type FollowedJob } from './progress.ts';
import type { UploadRun, UploadSession } from './session.ts';
import { describeStall } from './timeouts.ts';
import { watchJob, type JobSnapshot } from './watch.ts';

/** A file in the bucket, and its job. */
export interface UploadedFile {
  /** Name of the local file; `stdin` for standard input. */
  readonly file: string;
  readonly key: string;
  readonly job: string;
  readonly sizeBytes: number;
}

/** The end of a job, or the reason why it is no longer followed. */
export type JobEnd =
  { readonly summary: JobSummary; readonly job: JobState } | { readonly error: LoaderError; readonly seconds: number };

interface ActiveJob extends UploadedFile {
  readonly look: () => Promise<JobSnapshot>;
  snapshot: FollowedJob['snapshot'];
  hasEnded: boolean;
}

/**
 * Follows jobs until each one ends or makes no progress.
 * @param onEnd called for each job when it ends
 * @throws LoaderError INTERRUPTED
 */
export async function followJobs(
  { session, stop, report }: Pick<UploadRun, 'session' | 'stop' | 'report'>,
  uploads: readonly UploadedFile[],
  onEnd: (uploaded: UploadedFile, end: JobEnd) => Promise<void>,
): Promise<void> {
  const jobs = uploads.map((uploaded): ActiveJob => {
    const snapshot = { job: undefined, tasks: new Map() };
    return { ...uploaded, look: watchJob(session, uploaded.job), snapshot, hasEnded: false };
  });
  const { pollIntervalMs } = await session.timeouts();
  report.begin(() => sumProgress(jobs));
  for (;;) {
    for (const job of jobs) {
      if (job.hasEnded || stop.aborted) continue;
      const snapshot = await job.look();
      job.snapshot = snapshot;
      const end = await findEnd(session, job, snapshot);
      if (end === undefined) continue;
      job.hasEnded = true;
      await onEnd(job, end);
    }
    if (jobs.every(({ hasEnded }) => hasEnded)) return;
    await abortableSleep(pollIntervalMs, stop);
  }
}

async function findEnd(session: UploadSession, file: UploadedFile, snapshot: JobSnapshot): Promise<JobEnd | undefined> {
  const { job } = snapshot;
  if (job?.isPublished === true) {
    const held = await session.store.read<JobSummary>(summaryKey(job.id, job.run));
    if (held !== undefined) return { summary: held.state, job };
  }
  const seconds = snapshot.watchedMs / 1000;
  // If the object was replaced before its job started, the job never starts.
  const replaced = job === undefined ? await checkVersion(session, file) : undefined;
  if (replaced !== undefined) return { error: replaced, seconds };
  const stall = describeStall(snapshot, await session.timeouts());
  return stall === undefined ? undefined : { error: await stalledError(session, file, stall), seconds };
}

/** Returns an error if an object is no longer the latest version of its key. */
async function checkVersion(session: UploadSession, { key, job }: UploadedFile): Promise<LoaderError | undefined> {
  const latest = await findObject(session.bucketPlace, key);
  if (latest !== undefined && getJobId(latest.version) === job) return undefined;
  const object = `s3://${session.bucketPlace.bucket}/${key}`;
  if (latest === undefined) {
    const hint = 'Upload the file again.';
    return new LoaderError('SOURCE_CHANGED', `${object} was deleted before it was loaded`, { hint });
  }
  const hint = `Follow its latest version with csv2ddb status ${getJobId(latest.version)}.`;
  return new LoaderError('SOURCE_CHANGED', `${object} was replaced before it was loaded`, { hint });
}

async function stalledError(session: UploadSession, { key, job }: UploadedFile, stall: string): Promise<LoaderError> {
  const diagnosis = await diagnose(session, key);
  const lines = formatDiagnosis(diagnosis).map((line) => `\n  ${line}`);
  return new LoaderError('JOB_STALLED', `job ${job} of ${key} ${stall}:${lines.join('')}`, {
    hint: suggestFix(diagnosis),
  });
}
