import { createHash } from 'node:crypto';
import type { TaskName } from '../state/task.ts';

/** Folder of the objects to load. Everything else in the bucket belongs to the pipeline. */
export const importFolder = 'import/';
const stateFolder = 'state/';
const rejectsFolder = 'rejects/';

/** States are kept at least this long. For an older object without a state it is unknown whether it was loaded. */
export const statesKeptMs = 28 * 24 * 60 * 60 * 1000;

/** Holds one marker for each job that has not ended, so that ended jobs need not be read. */
export const openFolder = `${stateFolder}open/`;

export const headsFolder = `${stateFolder}heads/`;
/** Holds one folder for each job. */
export const jobsFolder = `${stateFolder}jobs/`;

/** Returns the key of the state that names the latest version of an object. */
export function headName(key: string): string {
  return `${headsFolder}${createHash('sha256').update(key).digest('hex')}`;
}

export function openName(job: string): string {
  return `${openFolder}${job}`;
}

/** Returns the folder of a job. It holds everything but the rejected records. */
export function jobFolder(job: string): string {
  return `${jobsFolder}${job}/`;
}

export function jobName(job: string): string {
  return `${jobFolder(job)}job`;
}

export function tasksFolder(job: string): string {
  return `${jobFolder(job)}tasks/`;
}

export function taskName(job: string, task: TaskName): string {
  return `${tasksFolder(job)}${task === 'cut' ? task : String(task).padStart(4, '0')}`;
}

/** Returns the task from the key of its state. */
export function taskOf(name: string): TaskName {
  const last = name.slice(name.lastIndexOf('/') + 1);
  return last === 'cut' ? last : Number(last);
}

export function summaryName(job: string, run: number): string {
  return `${jobFolder(job)}summary-${run}`;
}

/** Key of the settings for files that have none of their own. */
export const defaultSettingsName = `${stateFolder}settings/default`;

/** Returns the key of settings that a file names in its metadata. @param sha256 In hex. */
export function settingsName(sha256: string): string {
  return `${stateFolder}settings/${sha256}`;
}

/** Returns the key of the rejected records between two offsets of the object. */
export function rejectsName(job: string, from: number, to: number): string {
  return `${rejectsFolder}${job}/${String(from).padStart(14, '0')}-${String(to).padStart(14, '0')}.csv`;
}

/** Checks whether an object is not an input: a folder made in the S3 console, or an object of the pipeline. */
export function isNoInput(key: string): boolean {
  return key.endsWith('/') || key.startsWith(stateFolder) || key.startsWith(rejectsFolder);
}
