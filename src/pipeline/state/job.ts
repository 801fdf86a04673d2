import type { MaxErrors } from '../../load/settings.ts';
import type { Counts } from '../../load/summary.ts';
import { checkErrorLimit } from '../../load/settle/ledger.ts';
import { toFailure, type Failure } from './failure.ts';
import type { ObjectVersion } from './identity.ts';
import type { TaskName } from './task.ts';
import type { RangeTotals } from './totals.ts';

/** Reasons to end a job before its object is loaded. */
export type StopKind = 'rejects' | 'replaced' | 'gone' | 'failed';

/** Why a job is stopped. Every range checks for it. */
export interface JobStop {
  readonly kind: StopKind;
  readonly why: Failure;
}

/** The final report of a range in this run. */
export interface RangeReport {
  readonly isDone: boolean;
  readonly part: RangeTotals;
}

/** A job that loads one version of an object, as stored in S3. */
export interface JobState extends JobSettings {
  readonly id: string;
  readonly object: ObjectVersion;
  /** Start of this run, by S3's clock. */
  readonly begunMs: number;
  /** Counts from 1; redrive starts the next run. Checkpoints and finished ranges carry over; everything else starts again. */
  readonly run: number;
  /** Number of ranges; null while the object is being cut. */
  readonly ranges: number | null;
  /** Whether the ranges cover the whole object. Cutting ends early if the job is stopped. */
  readonly isWhole: boolean;
  /** By range number. */
  readonly reports: Readonly<Record<string, RangeReport>>;
  /** Counts of the ranges that are still loading, if the job has several. */
  readonly tally: Readonly<Record<string, RejectCounts>>;
  readonly stop: JobStop | null;
  /** Whether the summary of this run is published and nothing is left to do. */
  readonly isPublished: boolean;
}

/** Counts that the limit of rejected records applies to. */
type RejectCounts = Pick<Counts, 'read' | 'rejected'>;

/** The table of a job, and how its records are read and mapped. */
export interface LoadSettings {
  readonly table: string;
  /** Options by their long names, as in a configuration file. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Settings of a job, fixed when the job starts. Provisioning the pipeline again does not change them. */
export interface JobSettings {
  /** Null if the settings are invalid. */
  readonly settings: LoadSettings | null;
  /** Requested number of ranges. */
  readonly parallel: number;
  /** Limit for all ranges together. */
  readonly maxErrors: MaxErrors;
}

/** Settings of a job whose own settings are invalid or were never read. */
export const noSettings: JobSettings = { settings: null, parallel: 1, maxErrors: { kind: 'count', count: 0 } };

export function newJob(id: string, object: ObjectVersion, settings: JobSettings, nowMs: number): JobState {
  return {
    id,
    object,
    begunMs: nowMs,
    ...settings,
    run: 1,
    ...initialRanges(settings.parallel),
    reports: {},
    tally: {},
    stop: null,
    isPublished: false,
  };
}

/** The ranges before cutting. A job of one range needs no cutting. */
function initialRanges(parallel: number): Pick<JobState, 'ranges' | 'isWhole'> {
  return parallel === 1 ? { ranges: 1, isWhole: true } : { ranges: null, isWhole: false };
}

/** Adds valid settings to a job whose settings were invalid in an earlier run. */
export function applySettings(job: JobState, settings: JobSettings): JobState {
  return job.settings === null ? { ...job, ...settings, ...initialRanges(settings.parallel) } : job;
}

/** Returns the task that the first message of the job is about. */
export function getFirstTask(job: JobState): TaskName {
  return job.parallel === 1 ? 0 : 'cut';
}

/** Records that cutting has ended in this run. */
export function markCut(job: JobState, ranges: number, isWhole: boolean): JobState {
  return job.ranges === null ? { ...job, ranges, isWhole } : job;
}

/**
 * Records the report of a range. If the job has several ranges, rejects that were not counted before are checked against the
 * limit now, because only the job knows the sum.
 */
export function recordReport(job: JobState, range: number, added: RangeReport): JobState {
  const { [range]: counted, ...tally } = job.tally;
  const reported = { ...job, reports: { ...job.reports, [range]: added }, tally };
  const hasNewRejects = job.parallel > 1 && added.part.counts.rejected > (counted?.rejected ?? 0);
  return hasNewRejects ? stopIfTooManyRejects(reported) : reported;
}

export function hasReported(job: JobState, task: TaskName): boolean {
  return task === 'cut' ? job.ranges !== null : job.reports[task] !== undefined;
}

/** Records the counts of one of several ranges, and stops the job if there are too many rejects. */
export function updateCounts(job: JobState, range: number, counts: RejectCounts): JobState {
  return stopIfTooManyRejects({ ...job, tally: { ...job.tally, [range]: counts } });
}

function stopIfTooManyRejects(job: JobState): JobState {
  const counts = [...Object.values(job.reports).map(({ part }) => part.counts), ...Object.values(job.tally)];
  const read = counts.reduce((sum, range) => sum + range.read, 0);
  const rejected = counts.reduce((sum, range) => sum + range.rejected, 0);
  const tooMany = checkErrorLimit(job.maxErrors, { read, rejected });
  return tooMany === undefined ? job : markStopped(job, 'rejects', toFailure(tooMany));
}

/** Stops the job before its object is loaded. Keeps the first reason. */
export function markStopped(job: JobState, kind: StopKind, why: Failure): JobState {
  return job.stop === null && !job.isPublished ? { ...job, stop: { kind, why } } : job;
}

/** Starts the next run, for the ranges that are not done. */
export function startNextRun(job: JobState, nowMs: number): JobState {
  const done = Object.entries(job.reports).filter(([, report]) => report.isDone);
  return {
    ...job,
    begunMs: nowMs,
    run: job.run + 1,
    ranges: job.isWhole ? job.ranges : null,
    reports: Object.fromEntries(done),
    tally: {},
    stop: null,
    isPublished: false,
  };
}
