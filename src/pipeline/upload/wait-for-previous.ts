import { pause } from '../../aws/retry.ts';
import { findObject } from '../../aws/s3/head-object.ts';
import { LoaderError } from '../../errors.ts';
import { jobName } from '../bucket/keys.ts';
import { jobIdOf, type ObjectVersion } from '../state/identity.ts';
import type { JobState } from '../state/job.ts';
import type { Session, UploadRun } from './session.ts';
import { turnOf } from './may-put.ts';
import { watchJob } from './watch.ts';

/** What is there under a key. */
export interface Last {
  readonly object: NonNullable<Awaited<ReturnType<typeof findObject>>>;
  /** Of that version; undefined: none has begun, or its state is forgotten by now. */
  readonly job: JobState | undefined;
}

/** The last object of a key, whatever its job is at. */
export async function findLast({ place, store }: Session, key: string): Promise<Last | undefined> {
  const object = await findObject(place, key);
  if (object === undefined) return undefined;
  return { object, job: (await store.read<JobState>(jobName(jobIdOf(object.version))))?.state };
}

/**
 * Waits until the last object of a key is loaded: the newest version, as a HEAD shows it, whatever events or heads say.
 * @returns undefined where there is none
 * @throws LoaderError JOB_STALLED where that does not come to an end; INTERRUPTED
 */
export async function awaitTurn({ session, stop, report }: UploadRun, key: string): Promise<Last | undefined> {
  let last = await findLast(session, key);
  let watched: { readonly id: string; readonly look: ReturnType<typeof watchJob> } | undefined;
  let said: string | undefined;
  // Most often it has ended, and is not to be waited for.
  while (last !== undefined && last.job?.isPublished !== true) {
    const { version } = last.object;
    const id = jobIdOf(version);
    if (watched?.id !== id) watched = { id, look: watchJob(session, id) };
    const seen = await watched.look();
    const times = await session.times();
    const turn = turnOf({ ...seen, object: version, ageMs: session.clock.nowMs() - version.lastModifiedMs }, times);
    if (turn === 'put') return { ...last, job: seen.job };
    if (turn === 'stuck') throw stuck(version, id, seen.job);
    const words = wordsOf(key, id, seen.job);
    if (words !== said) report.phase(words);
    said = words;
    await pause(times.pollMs, stop);
    const object = await findObject(session.place, key);
    last = object && { object, job: undefined };
  }
  return last;
}

function wordsOf(key: string, id: string, job: JobState | undefined): string {
  const what = job === undefined ? 'is there, and its job has not begun' : 'is still being loaded';
  return `waiting: the last ${key} ${what} (job ${id}); with --replace what is left of it is not loaded`;
}

function stuck({ bucket, key }: ObjectVersion, id: string, job: JobState | undefined): LoaderError {
  const what =
    job === undefined
      ? `is there, but no job of it has begun (${id})`
      : `is still to be loaded, but nothing of its job ${id} changes`;
  return new LoaderError('JOB_STALLED', `the last s3://${bucket}/${key} ${what}; nothing was put`, {
    hint: `csv2ddb status shows what the pipeline is at, csv2ddb redrive ${id} starts it again; with --replace what is left of it is not loaded.`,
  });
}
