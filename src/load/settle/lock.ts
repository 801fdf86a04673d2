import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { LoaderError, type ErrorCode } from '../../errors.ts';

/** A lock held by this process. */
export interface Lock {
  release(): Promise<void>;
}

/** What a lock file says of its holder. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Tells apart two processes that had the same pid: ticks since boot where the system shows them. */
  readonly startTicks: string | null;
  readonly takenAt: string;
  /** Tells this taking from every other one. */
  readonly token: string;
}

/** A takeover that others disturb is tried so often, with a pause between. */
const tries = 50;
const pauseMs = 20;

/**
 * Takes the lock at `path`, for as long as the process lives: a lock whose process is dead is taken over at once.
 * @param code of the error where somebody else holds it: CHECKPOINT_LOCKED or LOCAL_FOLDER_LOCKED.
 * @throws LoaderError with that code; OUTPUT_UNWRITABLE where the file cannot be made.
 */
export async function acquireLock(path: string, code: ErrorCode): Promise<Lock> {
  const mine: Holder = {
    host: hostname(),
    pid: process.pid,
    startTicks: startTicks(process.pid) ?? null,
    takenAt: new Date().toISOString(),
    token: randomUUID(),
  };
  for (let attempt = 0; attempt < tries; attempt++) {
    if (await create(path, mine, code)) return { release: () => release(path, mine) };
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (holder === 'unreadable') throw held(path, code);
    if (isAlive(holder)) throw held(path, code, holder);
    await removeDead(path, holder, code);
  }
  throw held(path, code);
}

/** The file appears whole or not at all: it is written aside, then linked to its name, which fails where that exists. */
async function create(path: string, holder: Holder, code: ErrorCode): Promise<boolean> {
  const aside = `${path}.${holder.token}`;
  try {
    await writeFile(aside, JSON.stringify(holder) + '\n', { mode: 0o600, flag: 'wx' });
    await link(aside, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    const why = error instanceof Error ? error.message : String(error);
    throw new LoaderError('OUTPUT_UNWRITABLE', `cannot make the lock ${path}: ${why}`, {
      hint: `run it in a folder that you may write to, or name another one with ${code === 'LOCAL_FOLDER_LOCKED' ? '--local' : '--checkpoint'}`,
      cause: error,
    });
  } finally {
    // What could not be made need not be taken away.
    await rm(aside, { force: true }).catch(() => undefined);
  }
}

async function readHolder(path: string): Promise<Holder | 'unreadable' | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? undefined : 'unreadable';
  }
}

/**
 * Takes a dead holder's file away. Only who holds the lock on that very taking may: else one who found the dead
 * holder a while ago would take away the file of whoever has taken over since.
 */
async function removeDead(path: string, dead: Holder, code: ErrorCode): Promise<void> {
  let claim: Lock;
  try {
    claim = await acquireLock(`${path}.${dead.token}`, code);
  } catch (error) {
    if (!(error instanceof LoaderError && error.code === code)) throw error;
    // Somebody else is at it: its turn comes first.
    await delay(pauseMs);
    return;
  }
  try {
    await release(path, dead);
  } finally {
    await claim.release();
  }
}

/** Removes the file if it is of this taking. */
async function release(path: string, { token }: Holder): Promise<void> {
  const holder = await readHolder(path);
  if (holder !== undefined && holder !== 'unreadable' && holder.token === token) await rm(path, { force: true });
}

/** A process on another host cannot be asked: it counts as alive. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  const bootedAt = Date.now() - uptime() * 1000;
  // Two minutes of grace: clocks are set while a machine runs.
  if (Date.parse(holder.takenAt) < bootedAt - 120_000) return false;
  // This process, or an earlier one of the same pid.
  if (holder.pid === process.pid) {
    const isSinceStart = Date.parse(holder.takenAt) >= Date.now() - process.uptime() * 1000;
    return isSinceStart && holder.startTicks === (startTicks(process.pid) ?? null);
  }
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const ticks = startTicks(holder.pid);
  return ticks === undefined || holder.startTicks === null || ticks === holder.startTicks;
}

/** When a process started, in the system's own count; undefined where the system has no such file. */
function startTicks(pid: number): string | undefined {
  try {
    // Field 22; the second, a name in parentheses, may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}

function held(path: string, code: ErrorCode, holder?: Holder): LoaderError {
  const who =
    holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host} since ${holder.takenAt}`;
  return new LoaderError(code, `${path} is held by ${who}`, {
    hint: 'wait for it to end; if there is no such process any more, delete that file',
  });
}
