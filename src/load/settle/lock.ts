import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { LoaderError, type ErrorCode } from '../../errors.ts';

/** A lock held by this process. */
export interface Lock {
  /** When the lock file was created, by the clock of its file system. */
  readonly createdMs: number;
  release(): Promise<void>;
}

/** The content of a lock file. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Start time of the process in ticks since boot, to detect a reused pid; null if the system does not provide it. */
  readonly startTicks: string | null;
  readonly takenAt: string;
  /** Unique for each acquisition. */
  readonly token: string;
}

/** Maximum attempts if other processes also try to replace a stale lock, and the delay between them. */
const maxAttempts = 50;
const retryDelayMs = 20;

/**
 * Acquires the lock at `path`. Replaces a stale lock whose process has ended.
 * @param code of the error if another process holds the lock: CHECKPOINT_LOCKED or LOCAL_FOLDER_LOCKED
 * @throws LoaderError with that code; OUTPUT_UNWRITABLE if the file cannot be created
 */
export async function acquireLock(path: string, code: ErrorCode): Promise<Lock> {
  const mine: Holder = {
    host: hostname(),
    pid: process.pid,
    startTicks: readStartTicks(process.pid) ?? null,
    takenAt: new Date().toISOString(),
    token: randomUUID(),
  };
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const createdMs = await createLockFile(path, mine, code);
    if (createdMs !== undefined) return { createdMs, release: () => removeOwn(path, mine) };
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (holder === 'unreadable') throw createLockedError(path, code);
    if (isAlive(holder)) throw createLockedError(path, code, holder);
    await removeStale(path, holder, code);
  }
  throw createLockedError(path, code);
}

/**
 * Creates the lock file atomically: writes a temporary file and links it.
 * @returns the time of its creation; undefined if the lock exists
 */
async function createLockFile(path: string, holder: Holder, code: ErrorCode): Promise<number | undefined> {
  const temporary = `${path}.${holder.token}`;
  try {
    await writeFile(temporary, JSON.stringify(holder) + '\n', { mode: 0o600, flag: 'wx' });
    await link(temporary, path);
    return (await stat(temporary)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw new LoaderError('OUTPUT_UNWRITABLE', `cannot create lock ${path}: ${why}`, {
      hint: `Choose a writable folder with ${code === 'LOCAL_FOLDER_LOCKED' ? '--local' : '--checkpoint'}.`,
      cause: error,
    });
  } finally {
    // Ignored: the file may not exist.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function readHolder(path: string): Promise<Holder | 'unreadable' | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder> | null;
    return isHolder(holder) ? holder : 'unreadable';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? undefined : 'unreadable';
  }
}

/** Checks what the lock code uses: the token becomes part of a file name. */
function isHolder(holder: Partial<Holder> | null): holder is Holder {
  const { host, pid, takenAt, token } = holder ?? {};
  const isNamed = typeof host === 'string' && typeof takenAt === 'string' && Number.isSafeInteger(pid);
  return isNamed && typeof token === 'string' && /^[\w-]+$/.test(token);
}

/**
 * Removes the lock file of a process that has ended. This needs a lock of its own, named after the stale acquisition.
 * Without it, a slow process could remove the lock of another process that has replaced the stale lock meanwhile.
 */
async function removeStale(path: string, stale: Holder, code: ErrorCode): Promise<void> {
  let claim: Lock;
  try {
    claim = await acquireLock(`${path}.${stale.token}`, code);
  } catch (error) {
    if (!(error instanceof LoaderError && error.code === code)) throw error;
    // Another process is removing it.
    await delay(retryDelayMs);
    return;
  }
  try {
    await removeOwn(path, stale);
  } finally {
    await claim.release();
  }
}

/** Removes the lock file if it belongs to this acquisition. */
async function removeOwn(path: string, { token }: Holder): Promise<void> {
  const holder = await readHolder(path);
  if (holder !== undefined && holder !== 'unreadable' && holder.token === token) await rm(path, { force: true });
}

/** Returns whether the process of a lock may still run. A process on another host cannot be checked, so it may. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  const bootedAt = Date.now() - uptime() * 1000;
  // Two minutes of tolerance, because the clock can be adjusted.
  if (Date.parse(holder.takenAt) < bootedAt - 120_000) return false;
  // This process, or an earlier one with the same pid.
  if (holder.pid === process.pid) {
    const isSinceStart = Date.parse(holder.takenAt) >= Date.now() - process.uptime() * 1000;
    return isSinceStart && holder.startTicks === (readStartTicks(process.pid) ?? null);
  }
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: the process exists and belongs to a different user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const ticks = readStartTicks(holder.pid);
  return ticks === undefined || holder.startTicks === null || ticks === holder.startTicks;
}

/** Returns the start time of a process in ticks since boot; undefined without /proc. */
function readStartTicks(pid: number): string | undefined {
  try {
    // Field 22. Field 2 is a name in parentheses that may contain spaces.
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}

function createLockedError(path: string, code: ErrorCode, holder?: Holder): LoaderError {
  const owner =
    holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host} since ${holder.takenAt}`;
  return new LoaderError(code, `cannot acquire lock ${path}: it is held by ${owner}`, {
    hint: 'Wait until that process ends, or delete the lock file if the process no longer exists.',
  });
}
