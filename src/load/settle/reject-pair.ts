import { accessSync, closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { LoaderError } from '../../errors.ts';
import { getReasonsPath } from '../summary.ts';
import { createFolder } from './create-folder.ts';

/** File mode: only the owner may read the records (P8). */
const ownerOnly = 0o600;

/**
 * Creates an empty reject file and an empty reasons file, under the first free name.
 * @param usedPaths paths that other sources of this job use
 * @param acceptEmpty also accepts empty files: a killed run may have left them before a checkpoint named them
 * @throws LoaderError OUTPUT_UNWRITABLE
 */
export function createRejectPair(path: string, usedPaths: readonly string[] = [], acceptEmpty = false): string {
  for (let number = 1; ; number++) {
    const numbered = number === 1 ? path : addNumber(path, number);
    if (usedPaths.includes(numbered)) continue;
    if (createEmpty(numbered, acceptEmpty) && createEmpty(getReasonsPath(numbered), acceptEmpty)) return numbered;
  }
}

/**
 * Prepares the folder for reject files, and checks that it is writable.
 * @param rejects `--rejects`
 * @returns undefined if `--rejects` names a file
 * @throws LoaderError OUTPUT_UNWRITABLE
 */
export function prepareRejectFolder(rejects: string | undefined, hasSeveral: boolean): string | undefined {
  const isFolder = hasSeveral || (rejects !== undefined && statSync(rejects, { throwIfNoEntry: false })?.isDirectory());
  const folder = rejects === undefined ? '.' : isFolder === true ? rejects : dirname(rejects);
  try {
    if (isFolder === true) createFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw createUnwritableError(
      isFolder === true || rejects === undefined ? join(folder, 'NAME.rejects') : rejects,
      error,
    );
  }
  return isFolder === true ? folder : undefined;
}

/** `people.csv.rejects` → `people.csv.2.rejects`. */
function addNumber(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.${number}${ext}`);
}

/** Creates an empty file. Returns false if it exists, because it may belong to a different job. */
function createEmpty(path: string, acceptEmpty: boolean): boolean {
  try {
    closeSync(openSync(path, 'wx', ownerOnly));
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      throw createUnwritableError(path, error);
  }
  return acceptEmpty && withFile(path, 'r', (fd) => fstatSync(fd).isFile() && fstatSync(fd).size === 0);
}

/** Opens a file, calls `use`, and closes the file. */
export function withFile<T>(path: string, flags: string, use: (fd: number) => T): T {
  const fd = openSync(path, flags);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes the error for a reject file that cannot be written. */
export function createUnwritableError(path: string, error: unknown): LoaderError {
  const why = error instanceof Error ? error.message : String(error);
  return new LoaderError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${why}`, {
    hint: `Free disk space in ${dirname(path)}, or choose a different path with --rejects.`,
    cause: error,
  });
}
