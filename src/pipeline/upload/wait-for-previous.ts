import { pause } from '../../aws/retry.ts';
import { LoaderError } from '../../errors.ts';
import { jobName } from '../bucket/keys.ts';
import { jobIdOf, type ObjectVersion } from '../state/identity.ts';
import type { JobState } from '../state/job.ts';
import { findObject, type FoundObject } from './object.ts';
import type { Session } from './session.ts';
import { turnOf, type Turn } from './may-put.ts';
import { watchJob, type Sighting } from './watch.ts';

/** What is there under a key, whose job has ended. */
export interface Last {
  readonly object: FoundObject;
  /** Undefined: its state is forgotten by now. */
  readonly job: JobState | undefined;
}

/**
 * Waits until the last object of a key is loaded: the newest version, as a HEAD shows it, whatever events or heads say.
 * @param say told what is waited for, once each
 * @returns undefined where there is none
 * @throws LoaderError JOB_STALLED where that does not come to an end; INTERRUPTED
 */
export async function awaitTurn(
  session: Session,
  key: string,
  stop: AbortSignal,
  say: (text: string) => void,
): Promise<Last | undefined> {
  let watched: Watched | undefined;
  let said: Turn | undefined;
  for (;;) {
    const object = await findObject(session.place, key);
    if (object === undefined) return undefined;
    const { version } = object;
    const id = jobIdOf(version);
    // Most often it has ended, and is not to be waited for.
    const ended = watched === undefined ? await session.store.read<JobState>(jobName(id)) : undefined;
    if (ended?.state.isPublished === true) return { object, job: ended.state };
    if (watched?.id !== id) watched = watchAnew(session, id);
    const { job } = await look(watched);
    const turn = turnOf({ ...waitedFor(watched, version, session), job }, await session.times());
    if (turn === 'put') return { object, job };
    if (turn === 'stuck' || turn === 'stuck: it has not begun') throw stuck(turn, version, id);
    if (turn !== said) say(wordsOf(turn, key, id));
    said = turn;
    await pause((await session.times()).pollMs, stop);
  }
}

interface Watched {
  readonly id: string;
  readonly look: () => Promise<Sighting>;
  readonly sinceMs: number;
  mark: string | undefined;
  changedMs: number;
}

function watchAnew(session: Session, id: string): Watched {
  const nowMs = performance.now();
  return { id, look: watchJob(session, id), sinceMs: nowMs, mark: undefined, changedMs: nowMs };
}

async function look(watched: Watched): Promise<Sighting> {
  const seen = await watched.look();
  if (seen.mark !== watched.mark) watched.changedMs = performance.now();
  watched.mark = seen.mark;
  return seen;
}

function waitedFor({ sinceMs, changedMs }: Watched, object: ObjectVersion, { clock }: Session) {
  const nowMs = performance.now();
  return {
    object,
    ageMs: clock.nowMs() - object.lastModifiedMs,
    lookedMs: nowMs - sinceMs,
    unchangedMs: nowMs - changedMs,
  };
}

function wordsOf(turn: Turn, key: string, id: string): string {
  const what = turn === 'wait: it has not begun' ? 'is there, and its job has not begun' : 'is still being loaded';
  return `waiting: the last ${key} ${what} (job ${id}); with --replace what is left of it is not loaded`;
}

function stuck(turn: Turn, { bucket, key }: ObjectVersion, id: string): LoaderError {
  const what =
    turn === 'stuck'
      ? `is still to be loaded, but nothing of its job ${id} changes`
      : `is there, but no job of it has begun (${id})`;
  return new LoaderError('JOB_STALLED', `the last s3://${bucket}/${key} ${what}; nothing was put`, {
    hint: `csv2ddb status shows what the pipeline is at, csv2ddb redrive ${id} starts it again; with --replace what is left of it is not loaded.`,
  });
}
