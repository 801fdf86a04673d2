import { findObject } from '../../aws/s3/head-object.ts';
import { summaryName } from '../bucket/keys.ts';
import { LoaderError } from '../../errors.ts';
import { jobIdOf } from '../state/identity.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { JobState } from '../state/job.ts';
import { pause } from '../../aws/retry.ts';
import { adviceOn, findingLines, lookAround } from './diagnose.ts';
import { progressOf, type Followed } from './progress.ts';
import type { Session, UploadRun } from './session.ts';
import { stallOf } from './timeouts.ts';
import { watchJob, type Sighting } from './watch.ts';

/** An object whose job is followed. */
export interface Uploaded {
  /** As the file was named. */
  readonly file: string;
  readonly key: string;
  readonly job: string;
  readonly sizeBytes: number;
}

/** How a job ended, or why it is not followed any more. */
export type End =
  { readonly summary: JobSummary; readonly job: JobState } | { readonly error: LoaderError; readonly seconds: number };

interface Followee extends Uploaded {
  readonly look: () => Promise<Sighting>;
  seen: Followed['seen'];
  hasEnded: boolean;
}

/**
 * Follows jobs until each has ended, or nothing of it moves.
 * @param ended told of each, when it ends
 * @throws LoaderError INTERRUPTED
 */
export async function follow(
  { session, stop, report }: Pick<UploadRun, 'session' | 'stop' | 'report'>,
  uploads: readonly Uploaded[],
  ended: (uploaded: Uploaded, end: End) => Promise<void>,
): Promise<void> {
  const followees = uploads.map((uploaded): Followee => {
    const seen = { job: undefined, tasks: new Map() };
    return { ...uploaded, look: watchJob(session, uploaded.job), seen, hasEnded: false };
  });
  const { pollMs } = await session.times();
  report.begin(() => progressOf(followees));
  for (;;) {
    for (const one of followees) {
      if (one.hasEnded || stop.aborted) continue;
      const seen = await one.look();
      one.seen = seen;
      const end = await endOf(session, one, seen);
      if (end === undefined) continue;
      one.hasEnded = true;
      await ended(one, end);
    }
    if (followees.every(({ hasEnded }) => hasEnded)) return;
    await pause(pollMs, stop);
  }
}

async function endOf(session: Session, uploaded: Uploaded, seen: Sighting): Promise<End | undefined> {
  const { job } = seen;
  if (job?.isPublished === true) {
    const held = await session.store.read<JobSummary>(summaryName(job.id, job.run));
    if (held !== undefined) return { summary: held.state, job };
  }
  const seconds = seen.watchedMs / 1000;
  // One that took its place before its job began keeps it from ever beginning.
  const lost = job === undefined ? await lostIn(session, uploaded) : undefined;
  if (lost !== undefined) return { error: lost, seconds };
  const stall = stallOf(seen, await session.times());
  return stall === undefined ? undefined : { error: await stalled(session, uploaded, stall), seconds };
}

/** Why an object will not be loaded that has no job yet. */
async function lostIn(session: Session, { key, job }: Uploaded): Promise<LoaderError | undefined> {
  const now = await findObject(session.place, key);
  if (now !== undefined && jobIdOf(now.version) === job) return undefined;
  const what = now === undefined ? 'was deleted' : 'was put again';
  return new LoaderError('SOURCE_CHANGED', `s3://${session.place.bucket}/${key} ${what} before it was loaded`, {
    hint: now === undefined ? undefined : `Its newest version is job ${jobIdOf(now.version)}.`,
  });
}

async function stalled(session: Session, { key, job }: Uploaded, stall: string): Promise<LoaderError> {
  const found = await lookAround(session, key);
  const lines = findingLines(found).map((line) => `\n  ${line}`);
  return new LoaderError('JOB_STALLED', `job ${job} of ${key} ${stall}; this was found:${lines.join('')}`, {
    hint: adviceOn(found),
  });
}
