import { createHash } from 'node:crypto';
import type { TaskName } from '../state/task.ts';

/** Where things lie in the pipeline's bucket: what is put under `import/` is loaded, all else is the pipeline's own. */
export const importFolder = 'import/';
const stateFolder = 'state/';
const rejectsFolder = 'rejects/';

/** States expire after so long, or later: whether an object was loaded that is older, and has none, nobody can tell. */
export const statesKeptMs = 28 * 24 * 60 * 60 * 1000;

/** Jobs that have not ended: one empty name each, so that nobody has to look at those that have. */
export const openFolder = `${stateFolder}open/`;

export const headsFolder = `${stateFolder}heads/`;
/** A folder below it for each job. */
export const jobsFolder = `${stateFolder}jobs/`;

/** Names the newest job of an object's key. */
export function headName(key: string): string {
  return `${headsFolder}${createHash('sha256').update(key).digest('hex')}`;
}

export function openName(job: string): string {
  return `${openFolder}${job}`;
}

/** All that lies there of a job, but for its rejects. */
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

/** The task that an object of this name is the state of. */
export function taskOf(name: string): TaskName {
  const last = name.slice(name.lastIndexOf('/') + 1);
  return last === 'cut' ? last : Number(last);
}

export function summaryName(job: string, run: number): string {
  return `${jobFolder(job)}summary-${run}`;
}

/** What files that bring no settings of their own are loaded with. */
export const defaultSettingsName = `${stateFolder}settings/default`;

/** What a file is loaded with whose metadata names this hash of them. @param sha256 in hex */
export function settingsName(sha256: string): string {
  return `${stateFolder}settings/${sha256}`;
}

/** Rejected records of the bytes from one place to another. */
export function rejectsName(job: string, from: number, to: number): string {
  return `${rejectsFolder}${job}/${String(from).padStart(14, '0')}-${String(to).padStart(14, '0')}.csv`;
}

/** Whether an object is none to load: a folder of the console's, or something of the pipeline's own. */
export function isNoInput(key: string): boolean {
  return key.endsWith('/') || key.startsWith(stateFolder) || key.startsWith(rejectsFolder);
}
