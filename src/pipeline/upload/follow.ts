import { summaryName } from '../bucket/keys.ts';
import { LoaderError } from '../../errors.ts';
import { jobIdOf } from '../state/identity.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { JobState } from '../state/job.ts';
import { pause } from '../../aws/retry.ts';
import { adviceOn, findingLines, lookAround } from './diagnose.ts';
import { findObject } from './object.ts';
import { progressOf, type Followed } from './progress.ts';
import type { Session, UploadRun } from './session.ts';
import { stallOf } from './stalled.ts';
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

interface Followee {
  readonly uploaded: Uploaded;
  readonly look: () => Promise<Sighting>;
  seen: Sighting;
  changedMs: number;
  end: End | undefined;
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
  const beginMs = performance.now();
  const followees = uploads.map((uploaded): Followee => {
    const seen = { job: undefined, tasks: new Map(), mark: '' };
    return { uploaded, look: watchJob(session, uploaded.job), seen, changedMs: beginMs, end: undefined };
  });
  const { pollMs } = await session.times();
  report.begin(() => progressOf(followees.map(followedOf)));
  for (;;) {
    for (const one of followees) {
      if (one.end !== undefined || stop.aborted) continue;
      one.end = await lookAt(session, one, performance.now() - beginMs);
      if (one.end !== undefined) await ended(one.uploaded, one.end);
    }
    if (followees.every(({ end }) => end !== undefined)) return;
    await pause(pollMs, stop);
  }
}

function followedOf({ uploaded: { key, sizeBytes }, seen, end }: Followee): Followed {
  return { key, sizeBytes, seen, hasEnded: end !== undefined };
}

async function lookAt(session: Session, one: Followee, followedMs: number): Promise<End | undefined> {
  const { uploaded } = one;
  const seen = await one.look();
  if (seen.mark !== one.seen.mark) one.changedMs = performance.now();
  one.seen = seen;
  const { job } = seen;
  if (job?.isPublished === true) {
    const held = await session.store.read<JobSummary>(summaryName(job.id, job.run));
    if (held !== undefined) return { summary: held.state, job };
  }
  const failed = (error: LoaderError): End => ({ error, seconds: followedMs / 1000 });
  // One that took its place before its job began keeps it from ever beginning.
  const lost = job === undefined ? await lostIn(session, uploaded) : undefined;
  if (lost !== undefined) return failed(lost);
  const waited = { hasBegun: job !== undefined, followedMs, unchangedMs: performance.now() - one.changedMs };
  const stall = stallOf(waited, await session.times());
  return stall === undefined ? undefined : failed(await stalled(session, uploaded, stall));
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
