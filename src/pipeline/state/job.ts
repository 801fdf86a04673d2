import type { ExitStatus } from '../../errors.ts';
import type { MaxErrors } from '../../load/settings.ts';
import { makeSummary } from '../../load/make-summary.ts';
import type { Summary } from '../../load/summary.ts';
import { judge } from '../../load/settle/ledger.ts';
import type { ObjectVersion } from './identity.ts';
import { addParts, emptyPart, type Part } from './totals.ts';
import { failureOf, type Failure, type TaskName } from './task.ts';

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
export interface JobState {
  readonly id: string;
  readonly object: ObjectVersion;
  /** By S3's clock: when this run of it began. */
  readonly begunMs: number;
  /**
   * What it is loaded with, as it was when the job began: a pipeline that is set up anew does not change a job. Null where that
   * could not be used.
   */
  readonly settings: LoadSettings | null;
  /** Ranges that were asked for. */
  readonly parallel: number;
  /** Over all ranges. */
  readonly maxErrors: MaxErrors;
  /** From 1; redrive begins another one. Stop, failed starts, end and summary belong to a run, checkpoints and what is done stay. */
  readonly run: number;
  /** How many ranges there are; null while the object is being cut. */
  readonly ranges: number | null;
  /** Whether those are the whole object: cutting ends early where the job is stopped. */
  readonly isWhole: boolean;
  /** By number of range. */
  readonly reports: Readonly<Record<string, Report>>;
  /** Of ranges that are still loading, where there are several: what they have read and rejected. */
  readonly tally: Readonly<Record<string, Tally>>;
  readonly stop: Stop | null;
  /** Whether summary and message of this run are out: there is nothing left to do. */
  readonly isPublished: boolean;
}

export interface Tally {
  readonly read: number;
  readonly rejected: number;
}

/** Where a job's records go, and how they are read and mapped. */
export interface LoadSettings {
  readonly table: string;
  /** Options by their long names, as a configuration file has them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a job is loaded with. */
export interface JobSettings {
  readonly settings: LoadSettings | null;
  readonly parallel: number;
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

/** A range has ended. Where there are several, rejects that it has not told before are judged now: nobody else sees their sum. */
export function report(job: JobState, range: number, told: Report): JobState {
  const tally = Object.fromEntries(Object.entries(job.tally).filter(([name]) => name !== String(range)));
  const reported = { ...job, reports: { ...job.reports, [range]: told }, tally };
  const isNews = job.parallel > 1 && told.part.counts.rejected > (job.tally[range]?.rejected ?? 0);
  return isNews ? judged(reported) : reported;
}

export function hasReported(job: JobState, task: TaskName): boolean {
  return task === 'cut' ? job.ranges !== null : job.reports[task] !== undefined;
}

/** A range of several tells what it has read and rejected; the job is stopped where that is too much. */
export function tell(job: JobState, range: number, tally: Tally): JobState {
  return judged({ ...job, tally: { ...job.tally, [range]: tally } });
}

function judged(job: JobState): JobState {
  const tooMany = judge(job.maxErrors, tallyOf(job));
  return tooMany === undefined ? job : stop(job, 'rejects', failureOf(tooMany));
}

function tallyOf(job: JobState): Tally {
  let [read, rejected] = [0, 0];
  const reported = Object.values(job.reports).map(({ part }) => part.counts);
  for (const one of [...reported, ...Object.values(job.tally)]) {
    read += one.read;
    rejected += one.rejected;
  }
  return { read, rejected };
}

/** The first reason stands. */
export function stop(job: JobState, kind: StopKind, why: Failure): JobState {
  return job.stop === null && !job.isPublished ? { ...job, stop: { kind, why } } : job;
}

/** Whether every range has said what came of it: done, or, of a job that is stopped, how far it was. */
export function isComplete({ ranges, reports, stop: stopped }: JobState): boolean {
  if (ranges === null) return false;
  for (let range = 0; range < ranges; range++) {
    const told = reports[range];
    if (told === undefined || !(told.isDone || stopped !== null)) return false;
  }
  return true;
}

export function published(job: JobState): JobState {
  return { ...job, isPublished: true };
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

/** The last word on a run of a job: the fields that `--json` has, and those of a job. */
export interface JobSummary extends Summary {
  readonly job: string;
  readonly run: number;
  readonly state: 'done' | StopKind;
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | null;
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
