import { createHash } from 'node:crypto';
import type { TaskName } from '../state/task.ts';

/** Folder of the objects to load. Everything else in the bucket belongs to the pipeline. */
export const importFolder = 'import/';
const stateFolder = 'state/';
const rejectsFolder = 'rejects/';

/** States are kept at least this long. For an older object without a state it is unknown whether it was loaded. */
export const stateRetentionMs = 28 * 24 * 60 * 60 * 1000;

/** Holds one marker for each job that has not ended, so that ended jobs need not be read. */
export const openJobsFolder = `${stateFolder}open/`;

export const latestVersionsFolder = `${stateFolder}heads/`;
/** Holds one folder for each job. */
export const jobsFolder = `${stateFolder}jobs/`;

/** Returns the key of the state that names the latest version of an object. */
export function latestVersionKey(key: string): string {
  return `${latestVersionsFolder}${createHash('sha256').update(key).digest('hex')}`;
}

export function openJobKey(job: string): string {
  return `${openJobsFolder}${job}`;
}

/** Returns the folder of a job. It holds everything but the rejected records. */
export function jobFolder(job: string): string {
  return `${jobsFolder}${job}/`;
}

export function jobKey(job: string): string {
  return `${jobFolder(job)}job`;
}

export function tasksFolder(job: string): string {
  return `${jobFolder(job)}tasks/`;
}

export function taskKey(job: string, task: TaskName): string {
  return `${tasksFolder(job)}${task === 'cut' ? task : String(task).padStart(4, '0')}`;
}

/** Returns the task from the key of its state. */
export function parseTaskKey(name: string): TaskName {
  const last = name.slice(name.lastIndexOf('/') + 1);
  return last === 'cut' ? last : Number(last);
}

export function summaryKey(job: string, run: number): string {
  return `${jobFolder(job)}summary-${run}`;
}

/** Key of the settings for files that have none of their own. */
export const defaultSettingsKey = `${stateFolder}settings/default`;

/** Returns the key of settings that a file names in its metadata. @param sha256 In hex. */
export function settingsKey(sha256: string): string {
  return `${stateFolder}settings/${sha256}`;
}

/** Returns the key of the rejected records between two offsets of the object. */
export function rejectsKey(job: string, from: number, to: number): string {
  return `${rejectsFolder}${job}/${String(from).padStart(14, '0')}-${String(to).padStart(14, '0')}.csv`;
}

/** Checks whether an object is not an input: a folder made in the S3 console, or an object of the pipeline. */
export function isInternalKey(key: string): boolean {
  return key.endsWith('/') || key.startsWith(stateFolder) || key.startsWith(rejectsFolder);
}
