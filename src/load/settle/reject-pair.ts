import { accessSync, closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { LoaderError } from '../../errors.ts';
import { reasonsPath } from '../summary.ts';
import { makeFolder } from './make-folder.ts';

/** Only the user may read what was in the CSV (P8). */
const ownerOnly = 0o600;

/**
 * Makes a reject file and a reasons file, both empty, under the first free name.
 * @param taken of this job: empty, and of another source that has the same name
 * @param orTakeEmpty a resumed job may have made an empty one and been killed before it was named
 * @throws LoaderError OUTPUT_UNWRITABLE
 */
export function makePair(path: string, taken: readonly string[] = [], orTakeEmpty = false): string {
  for (let number = 1; ; number++) {
    const numbered = number === 1 ? path : withNumber(path, number);
    if (taken.includes(numbered)) continue;
    if (makeEmpty(numbered, orTakeEmpty) && makeEmpty(reasonsPath(numbered), orTakeEmpty)) return numbered;
  }
}

/**
 * The folder for files of our own naming, made and found writable; undefined where the file itself is named.
 * @throws LoaderError OUTPUT_UNWRITABLE
 */
export function folderOf(wanted: string | undefined, areSeveral: boolean): string | undefined {
  const isFolder = areSeveral || (wanted !== undefined && statSync(wanted, { throwIfNoEntry: false })?.isDirectory());
  const folder = wanted === undefined ? '.' : isFolder === true ? wanted : dirname(wanted);
  try {
    if (isFolder === true) makeFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw unwritable(isFolder === true || wanted === undefined ? join(folder, 'NAME.rejects') : wanted, error);
  }
  return isFolder === true ? folder : undefined;
}

/** `people.csv.rejects` → `people.csv.2.rejects`. */
function withNumber(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.${number}${ext}`);
}

/** @returns false where there is such a file: one that is not this job's is not overwritten. */
function makeEmpty(path: string, orTakeEmpty: boolean): boolean {
  try {
    closeSync(openSync(path, 'wx', ownerOnly));
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw unwritable(path, error);
  }
  return orTakeEmpty && withFile(path, 'r', (fd) => fstatSync(fd).isFile() && fstatSync(fd).size === 0);
}

/** Opens a file for as long as it is used. */
export function withFile<T>(path: string, flags: string, use: (fd: number) => T): T {
  const fd = openSync(path, flags);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** A file of rejects cannot be written. */
export function unwritable(path: string, error: unknown): LoaderError {
  const why = error instanceof Error ? error.message : String(error);
  return new LoaderError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${why}`, {
    hint: `make room, or give it another place with --rejects (its folder now: ${dirname(path)})`,
    cause: error,
  });
}
