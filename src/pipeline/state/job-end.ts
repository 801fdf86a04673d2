import type { ExitStatus } from '../../errors.ts';
import { makeSummary } from '../../load/make-summary.ts';
import type { Summary } from '../../load/summary.ts';
import type { ObjectVersion } from './identity.ts';
import type { JobState, StopKind } from './job.ts';
import { addParts, emptyPart } from './totals.ts';

/**
 * Decides that a run of a job has ended: the object is cut, and every range has reported, as done or, if the job is stopped, how
 * far it came. What remains is its summary.
 */
export function isComplete({ ranges, reports, stop }: JobState): boolean {
  if (ranges === null) return false;
  for (let range = 0; range < ranges; range++) {
    const told = reports[range];
    if (told === undefined || !(told.isDone || stop !== null)) return false;
  }
  return true;
}

/** Marks a run that has ended: its summary and message are out. */
export function markPublished(job: JobState): JobState {
  return { ...job, isPublished: true };
}

/** The last word on a run of a job: the fields that `--json` has, and those of a job. */
export interface JobSummary extends Summary, Pick<ObjectVersion, 'bucket' | 'key' | 'versionId'> {
  readonly job: string;
  readonly run: number;
  readonly state: 'done' | StopKind;
  /** Where P2 holds: over the whole file, or inside each of several ranges. */
  readonly order: 'file' | 'range';
  readonly ranges: number;
}

const stopStatus: Readonly<Record<StopKind, ExitStatus>> = { rejects: 2, replaced: 3, gone: 3, failed: 3 };

/**
 * Given that the job is complete. Counts are those of all its runs.
 * @param table of the pipeline, for a job that never came to have settings
 */
export function summaryOf(job: JobState, table: string, nowMs: number): JobSummary {
  const part = Object.values(job.reports).reduce((sum, told) => addParts(sum, told.part), emptyPart);
  const { counts, bytes, rejects, ...traffic } = part;
  const { bucket, key, versionId } = job.object;
  return {
    job: job.id,
    run: job.run,
    state: job.stop?.kind ?? 'done',
    bucket,
    key,
    versionId,
    order: job.parallel === 1 ? 'file' : 'range',
    ranges: job.ranges ?? 0,
    ...makeSummary({
      table: job.settings?.table ?? table,
      sources: [`s3://${bucket}/${key}`],
      counts,
      seconds: Math.round(Math.max(0, nowMs - job.begunMs)) / 1000,
      bytes,
      traffic,
      rejectsFiles: rejects.map((one) => `s3://${bucket}/${one.key}`),
      resumed: job.run > 1,
      exitStatus: job.stop === null ? undefined : stopStatus[job.stop.kind],
      error: job.stop === null ? null : { ...job.stop.why, place: null },
    }),
  };
}
