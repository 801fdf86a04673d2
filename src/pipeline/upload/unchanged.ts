import { isDeepStrictEqual } from 'node:util';
import { jobSettingsFrom } from '../jobs/settings/load-options.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { JobState } from '../state/job.ts';
import { LoaderError, exitStatus } from '../../errors.ts';
import { settingsMetadata } from '../jobs/settings/resolve-settings.ts';
import type { Last } from './wait-for-previous.ts';

/** Of an object's metadata: the SHA-256, in hex, of its content. */
export const contentMetadata = 'csv2ddb-content';

/** What was loaded last under a key. */
export interface Loaded extends Last {
  readonly job: JobState;
  /** Of its last run. */
  readonly summary: Pick<JobSummary, 'exitStatus'>;
}

/** What would be loaded now. */
export interface Local {
  /** SHA-256, in hex. */
  readonly content: string;
  readonly sizeBytes: number | undefined;
  /** SHA-256, in hex, of the settings that it brings; undefined: none. */
  readonly settings: string | undefined;
}

/** What the pipeline is now. */
export interface Pipeline {
  readonly table: string;
  /** Its default settings as they lie there; undefined: it has none. */
  readonly defaults: string | undefined;
}

/** Whether a load would do again what was done: the same content went whole into the same table, with the same settings. */
export function isUnchanged({ object, job, summary }: Loaded, local: Local, { table, defaults }: Pipeline): boolean {
  const { version, metadata } = object;
  if (summary.exitStatus !== exitStatus.done) return false;
  if (metadata[contentMetadata] !== local.content || version.sizeBytes !== local.sizeBytes) return false;
  if (metadata[settingsMetadata] !== local.settings || job.settings?.table !== table) return false;
  return local.settings !== undefined || isLoadedWith(job, table, defaults);
}

/** Defaults may have changed since. */
function isLoadedWith({ settings, parallel }: JobState, table: string, defaults: string | undefined): boolean {
  try {
    const now = jobSettingsFrom(JSON.parse(defaults ?? '{}'), table);
    return now.parallel === parallel && isDeepStrictEqual(now.settings, settings);
  } catch (error) {
    // What cannot be used is not what it was loaded with: the loader is to say what is wrong.
    if (error instanceof SyntaxError || error instanceof LoaderError) return false;
    throw error;
  }
}
