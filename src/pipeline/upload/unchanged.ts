import { isDeepStrictEqual } from 'node:util';
import { LoaderError, exitStatus } from '../../errors.ts';
import { parseJobSettings } from '../jobs/settings/load-options.ts';
import { settingsMetadata } from '../jobs/settings/resolve-settings.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { JobState } from '../state/job.ts';
import type { PreviousVersion } from './wait-for-previous.ts';

/** Name of the object metadata with the SHA-256 of the content, in hex. */
export const contentMetadata = 'csv2ddb-content';

/** The last loaded version of a key. */
export interface LoadedVersion extends PreviousVersion {
  readonly job: JobState;
  /** Summary of its last run. */
  readonly summary: Pick<JobSummary, 'exitStatus'>;
}

/** The file that would be put. */
export interface LocalFile {
  /** SHA-256, in hex. */
  readonly content: string;
  readonly sizeBytes: number | undefined;
  /** SHA-256 of the file's own settings, in hex; undefined: it has none. */
  readonly settings: string | undefined;
}

/** The current table and default settings of the pipeline. */
export interface PipelineDefaults {
  readonly table: string;
  /** JSON text; undefined: no defaults. */
  readonly defaults: string | undefined;
}

/** Returns whether the same content was already loaded completely, into the same table with the same settings. */
export function isUnchanged(loaded: LoadedVersion, local: LocalFile, pipeline: PipelineDefaults): boolean {
  const { object, job, summary } = loaded;
  const { version, metadata } = object;
  if (summary.exitStatus !== exitStatus.done) return false;
  if (metadata[contentMetadata] !== local.content || version.sizeBytes !== local.sizeBytes) return false;
  if (metadata[settingsMetadata] !== local.settings || job.settings?.table !== pipeline.table) return false;
  return local.settings !== undefined || hasSameSettings(job, pipeline);
}

/** Returns whether the defaults are those that a job was loaded with. */
function hasSameSettings({ settings, parallel }: JobState, { table, defaults }: PipelineDefaults): boolean {
  try {
    const current = parseJobSettings(JSON.parse(defaults ?? '{}'), table);
    return current.parallel === parallel && isDeepStrictEqual(current.settings, settings);
  } catch (error) {
    // Invalid defaults have changed since. The loader will report the error.
    if (error instanceof SyntaxError || error instanceof LoaderError) return false;
    throw error;
  }
}
