import { abortableSleep } from '../../aws/retry.ts';
import { findObject } from '../../aws/s3/head-object.ts';
import { LoaderError } from '../../errors.ts';
import { jobKey } from '../bucket/keys.ts';
import { getJobId, type ObjectVersion } from '../state/identity.ts';
import type { JobState } from '../state/job.ts';
import { decidePut } from './decide-put.ts';
import type { UploadRun, UploadSession } from './session.ts';
import { watchJob } from './watch.ts';

/** The object that a key has before the upload. */
export interface PreviousVersion {
  readonly object: NonNullable<Awaited<ReturnType<typeof findObject>>>;
  /** The job of this version; undefined: it has not started, or its state has expired. */
  readonly job: JobState | undefined;
}

/** Finds the current object of a key, whatever the state of its job. */
export async function findPrevious(
  { bucketPlace, store }: UploadSession,
  key: string,
): Promise<PreviousVersion | undefined> {
  const object = await findObject(bucketPlace, key);
  if (object === undefined) return undefined;
  return { object, job: (await store.read<JobState>(jobKey(getJobId(object.version))))?.state };
}

/**
 * Waits until the current object of a key is loaded. A HEAD decides which version that is, not the stored head.
 * @returns undefined if the key has no object
 * @throws LoaderError JOB_STALLED if its job makes no progress; INTERRUPTED
 */
export async function waitForPrevious(run: UploadRun, key: string): Promise<PreviousVersion | undefined> {
  const { session, stop, report } = run;
  let previous = await findPrevious(session, key);
  let watched: { readonly id: string; readonly look: ReturnType<typeof watchJob> } | undefined;
  let reported: string | undefined;
  // Usually that job has ended, and there is nothing to wait for.
  while (previous !== undefined && previous.job?.isPublished !== true) {
    const { version } = previous.object;
    const id = getJobId(version);
    if (watched?.id !== id) watched = { id, look: watchJob(session, id) };
    const snapshot = await watched.look();
    const timeouts = await session.timeouts();
    const ageMs = session.clock.nowMs() - version.lastModifiedMs;
    const decision = decidePut({ ...snapshot, object: version, ageMs }, timeouts);
    if (decision === 'put') return { ...previous, job: snapshot.job };
    if (decision === 'stuck') throw stuckError(version, id, snapshot.job);
    const text = describeWait(key, id, snapshot.job);
    if (text !== reported) report.phase(text);
    reported = text;
    await abortableSleep(timeouts.pollIntervalMs, stop);
    const object = await findObject(session.bucketPlace, key);
    previous = object && { object, job: undefined };
  }
  return previous;
}

function describeWait(key: string, id: string, job: JobState | undefined): string {
  const loads = job === undefined ? 'will load' : 'loads';
  return `waiting for job ${id}, which ${loads} the current ${key} (use --replace to upload now)`;
}

function stuckError({ bucket, key }: ObjectVersion, id: string, job: JobState | undefined): LoaderError {
  const state = job === undefined ? 'has not started' : 'has made no progress';
  return new LoaderError(
    'JOB_STALLED',
    `cannot upload s3://${bucket}/${key}: job ${id}, which loads the current version, ${state}`,
    {
      hint: `Resume that job with csv2ddb redrive ${id}, or replace its object with --replace.`,
    },
  );
}
