import { closeSync, constants, lstatSync, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { LoaderError } from '../../errors.ts';
import { heartbeatMs, requestTimeoutMs } from '../limits.ts';
import type { Lock } from './lock.ts';

/** For a user who opens the file. Only the modification time matters. */
const content = 'csv2ddb had requests in flight when this file was last modified. See "Resuming" in docs/files.md.\n';

/** Opens for writing. Follows no link: another user of a shared folder could have put it there. */
const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/** The last requests of a killed process are applied or lost this long after its file was last modified, in ms. */
const maxWaitMs = requestTimeoutMs + heartbeatMs;

/**
 * A file beside a lock, last modified when requests were in flight. It exists only while there may be requests in flight:
 * after a clean end it is removed, and after a kill it makes the next process wait. A process that only waits does not
 * change it.
 */
export class InFlightFile {
  readonly #path: string;
  /** When the requests of an earlier process are applied or lost, by `performance.now()`. */
  readonly #waitEndMs: number;

  /**
   * Reads when an earlier process may have had requests in flight.
   * @param lock of the same folder, just acquired: the creation of its file is the current time of the file system
   * @throws LoaderError OUTPUT_UNWRITABLE
   */
  constructor(path: string, lock: Pick<Lock, 'createdMs'>) {
    this.#path = path;
    try {
      const modifiedMs = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
      const waitMs = modifiedMs === undefined ? 0 : computeWaitMs(modifiedMs, lock.createdMs);
      this.#waitEndMs = performance.now() + waitMs;
    } catch (error) {
      throw createFileError('read', path, error);
    }
  }

  /** Milliseconds until the requests of an earlier process are applied or lost. */
  get waitMs(): number {
    return Math.max(0, this.#waitEndMs - performance.now());
  }

  /**
   * Sets the modification time to now. Writes, because only a write takes the time of the file system, and closes, because
   * a network folder stores it then. Synchronous, so that no request is sent meanwhile. Not flushed to disk: a crash of the
   * machine also ends its sockets.
   * @throws LoaderError OUTPUT_UNWRITABLE
   */
  touch(): void {
    try {
      const file = openSync(this.#path, flags, 0o600);
      try {
        writeSync(file, content);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw createFileError('write', this.#path, error);
    }
  }

  /** Removes the file after the last response. Keeps it while requests of an earlier process may still be applied. */
  async remove(): Promise<void> {
    if (this.waitMs > 0) return;
    // Ignored: a file that remains makes the next process wait, which does no harm.
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}

/**
 * Returns the milliseconds until the last requests of a killed process are applied or lost. Both times must be of one file
 * system: the clock of this machine may differ from that of a network folder. If its clock was set back, waits once in
 * full.
 * @param modifiedMs when the process last had requests in flight
 */
export function computeWaitMs(modifiedMs: number, nowMs: number): number {
  const ageMs = Math.max(0, nowMs - modifiedMs);
  return Math.max(0, maxWaitMs - ageMs);
}

function createFileError(action: string, path: string, error: unknown): LoaderError {
  const why = error instanceof Error ? error.message : String(error);
  return new LoaderError('OUTPUT_UNWRITABLE', `cannot ${action} ${path}: ${why}`, {
    hint: 'Free disk space, or choose a different path with --checkpoint.',
    cause: error,
  });
}
