import type { ExitStatus } from '../../errors.ts';
import { makeSummary } from '../../load/make-summary.ts';
import type { Summary } from '../../load/summary.ts';
import type { ObjectVersion } from './identity.ts';
import type { JobState, StopKind } from './job.ts';
import { addTotals, zeroTotals } from './totals.ts';

/**
 * Checks whether a run of a job has ended and only its summary is missing: the object is cut, and every range has reported.
 * In a stopped job a range may report before it is done.
 */
export function isComplete({ ranges, reports, stop }: JobState): boolean {
  if (ranges === null) return false;
  for (let range = 0; range < ranges; range++) {
    const report = reports[range];
    if (report === undefined || !(report.isDone || stop !== null)) return false;
  }
  return true;
}

/** Marks a run as ended: its summary is stored and published. */
export function markPublished(job: JobState): JobState {
  return { ...job, isPublished: true };
}

/** Summary of a run of a job: the fields of `--json`, and those of the job. */
export interface JobSummary extends Summary, Pick<ObjectVersion, 'bucket' | 'key' | 'versionId'> {
  readonly job: string;
  readonly run: number;
  readonly state: 'done' | StopKind;
  /** Scope of the write order (P2): the whole file, or each range on its own. */
  readonly order: 'file' | 'range';
  readonly ranges: number;
}

const stopStatus: Readonly<Record<StopKind, ExitStatus>> = { rejects: 2, replaced: 3, gone: 3, failed: 3 };

/**
 * Summarizes a complete job. The counts cover all its runs.
 * @param table The pipeline's table, used if the job never had valid settings.
 */
export function summarizeJob(job: JobState, table: string, nowMs: number): JobSummary {
  const part = Object.values(job.reports).reduce((sum, report) => addTotals(sum, report.part), zeroTotals);
  const { counts, bytes, rejects, header, ...traffic } = part;
  const source = `s3://${job.object.bucket}/${job.object.key}`;
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
      sources: [source],
      headers: header === null ? [] : [{ source, ...header }],
      counts,
      seconds: Math.round(Math.max(0, nowMs - job.begunMs)) / 1000,
      bytes,
      traffic,
      rejectsFiles: rejects.map((object) => `s3://${bucket}/${object.key}`),
      resumed: job.run > 1,
      exitStatus: job.stop === null ? undefined : stopStatus[job.stop.kind],
      error: job.stop === null ? null : { ...job.stop.why, place: null },
    }),
  };
}
