import type { MaxErrors } from '../../load/settings.ts';
import type { Counts } from '../../load/summary.ts';
import { judge } from '../../load/settle/ledger.ts';
import { failureOf, type Failure } from './failure.ts';
import type { ObjectVersion } from './identity.ts';
import type { TaskName } from './task.ts';
import type { Part } from './totals.ts';

/** What ends a job before its object does. */
export type StopKind = 'rejects' | 'replaced' | 'gone' | 'failed';

/** A mark that every range looks at. */
export interface Stop {
  readonly kind: StopKind;
  readonly why: Failure;
}

/** What a range has told the job; it is not worked on any more in this run. */
export interface Report {
  readonly isDone: boolean;
  readonly part: Part;
}

/** The loading of one version of an object, as it lies in S3. */
export interface JobState extends JobSettings {
  readonly id: string;
  readonly object: ObjectVersion;
  /** By S3's clock: when this run of it began. */
  readonly begunMs: number;
  /** From 1; redrive begins another one. Stop, failed starts, end and summary belong to a run, checkpoints and what is done stay. */
  readonly run: number;
  /** How many ranges there are; null while the object is being cut. */
  readonly ranges: number | null;
  /** Whether those are the whole object: cutting ends early where the job is stopped. */
  readonly isWhole: boolean;
  /** By number of range. */
  readonly reports: Readonly<Record<string, Report>>;
  /** Of ranges that are still loading, where there are several: what they have read and rejected. */
  readonly tally: Readonly<Record<string, JudgedCounts>>;
  readonly stop: Stop | null;
  /** Whether summary and message of this run are out: there is nothing left to do. */
  readonly isPublished: boolean;
}

/** What a limit of rejected records is judged by. */
type JudgedCounts = Pick<Counts, 'read' | 'rejected'>;

/** Where a job's records go, and how they are read and mapped. */
export interface LoadSettings {
  readonly table: string;
  /** Options by their long names, as a configuration file has them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a job is loaded with, as it was when the job began: a pipeline that is set up anew does not change a job. */
export interface JobSettings {
  /** Null where it could not be used. */
  readonly settings: LoadSettings | null;
  /** Ranges that were asked for. */
  readonly parallel: number;
  /** Over all ranges. */
  readonly maxErrors: MaxErrors;
}

/** Of a job whose settings cannot be used, or were never looked at. */
export const unsettled: JobSettings = { settings: null, parallel: 1, maxErrors: { kind: 'count', count: 0 } };

export function newJob(id: string, object: ObjectVersion, settings: JobSettings, nowMs: number): JobState {
  return {
    id,
    object,
    begunMs: nowMs,
    ...settings,
    run: 1,
    ...uncut(settings.parallel),
    reports: {},
    tally: {},
    stop: null,
    isPublished: false,
  };
}

/** A job of one range needs no cutting. */
function uncut(parallel: number): Pick<JobState, 'ranges' | 'isWhole'> {
  return parallel === 1 ? { ranges: 1, isWhole: true } : { ranges: null, isWhole: false };
}

/** The job with settings that can be used, after a run that could not use them. */
export function settle(job: JobState, settings: JobSettings): JobState {
  return job.settings === null ? { ...job, ...settings, ...uncut(settings.parallel) } : job;
}

/** Where the job's work begins: what its first message is about. */
export function firstTask(job: JobState): TaskName {
  return job.parallel === 1 ? 0 : 'cut';
}

/** The object is cut, or as far as it ever will be in this run. */
export function cut(job: JobState, ranges: number, isWhole: boolean): JobState {
  return job.ranges === null ? { ...job, ranges, isWhole } : job;
}

/** Notes that a range has ended. If there are several, rejects that it had not counted before are judged now: only the job has their sum. */
export function report(job: JobState, range: number, told: Report): JobState {
  const { [range]: counted, ...tally } = job.tally;
  const reported = { ...job, reports: { ...job.reports, [range]: told }, tally };
  const isNews = job.parallel > 1 && told.part.counts.rejected > (counted?.rejected ?? 0);
  return isNews ? stopIfTooManyRejects(reported) : reported;
}

export function hasReported(job: JobState, task: TaskName): boolean {
  return task === 'cut' ? job.ranges !== null : job.reports[task] !== undefined;
}

/** Notes what one of several ranges has read and rejected so far, and stops the job if that is too much. */
export function updateTally(job: JobState, range: number, tally: JudgedCounts): JobState {
  return stopIfTooManyRejects({ ...job, tally: { ...job.tally, [range]: tally } });
}

function stopIfTooManyRejects(job: JobState): JobState {
  const counts = [...Object.values(job.reports).map(({ part }) => part.counts), ...Object.values(job.tally)];
  const read = counts.reduce((sum, one) => sum + one.read, 0);
  const rejected = counts.reduce((sum, one) => sum + one.rejected, 0);
  const tooMany = judge(job.maxErrors, { read, rejected });
  return tooMany === undefined ? job : stop(job, 'rejects', failureOf(tooMany));
}

/** Stops the job before its object is loaded. The first reason stands. */
export function stop(job: JobState, kind: StopKind, why: Failure): JobState {
  return job.stop === null && !job.isPublished ? { ...job, stop: { kind, why } } : job;
}

/** Another run, for what is not done. */
export function redrive(job: JobState, nowMs: number): JobState {
  const done = Object.entries(job.reports).filter(([, told]) => told.isDone);
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
