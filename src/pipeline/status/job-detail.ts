import { summaryKey } from '../bucket/keys.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { JobState } from '../state/job.ts';
import { leaseLeftMs } from '../state/lease.ts';
import type { Failure } from '../state/failure.ts';
import type { AgedTask, TaskName } from '../state/task.ts';
import type { ConnectedPipeline } from '../connect.ts';
import { isLeased } from './job-condition.ts';
import { findJob } from './find-job.ts';
import { describeJob, unstartedJob, formatTime, type JobStatus } from './job-status.ts';
import { readJob, type StoredJob } from './read-job.ts';

/** A range of a job, or the task that cuts its object, in the format of `--json`. */
export interface RangeStatus {
  readonly range: TaskName;
  /** Byte offsets in the object; `to` null: its end. */
  readonly from: number;
  readonly to: number | null;
  readonly state: 'waiting' | 'loading' | 'cutting' | 'done';
  readonly read: number;
  readonly rejected: number;
  /** Percentage of its bytes that are loaded, or cut; null: unknown. */
  readonly percent: number | null;
  /** Seconds until its lease expires; null: no lease. */
  readonly leaseSeconds: number | null;
  readonly failedStarts: number;
  readonly lastFailure: Failure | null;
}

/** The status of one job in the format of `--json`. */
export interface JobDetail extends JobStatus {
  readonly bucket: string;
  readonly versionId: string | null;
  readonly etag: string | null;
  readonly put: string | null;
  readonly table: string;
  readonly order: 'file' | 'range' | null;
  /** Number of ranges; null: not known yet. */
  readonly ranges: number | null;
  readonly tasks: readonly RangeStatus[];
  /** `s3://BUCKET/KEY` of objects with rejected records. */
  readonly rejects: readonly string[];
  /** Summary of the last run, if it has ended. */
  readonly summary: JobSummary | null;
  /** A newer version of the object whose job has not started. */
  readonly newer: { readonly sizeBytes: number; readonly put: string } | null;
}

/**
 * Reads the status of one job.
 * @param name see `findJob`
 * @throws LoaderError JOB_NOT_FOUND
 */
export async function readJobDetail(pipeline: ConnectedPipeline, name: string): Promise<JobDetail> {
  const { found, store, clock } = pipeline;
  const { key, job: id, unstarted } = await findJob(pipeline, name);
  const stored = id === undefined ? undefined : await readJob(pipeline, id, 'all');
  const { job, tasks = new Map<TaskName, AgedTask>() } = stored ?? {};
  const object = job?.object ?? unstarted;
  const summary = job?.isPublished === true ? await store.read<JobSummary>(summaryKey(job.id, job.run)) : undefined;
  return {
    ...(stored === undefined ? unstartedJob(id ?? null, key) : describeJob(stored, clock.nowMs())),
    sizeBytes: object?.sizeBytes ?? null,
    bucket: found.bucket,
    versionId: job?.object.versionId ?? null,
    etag: object?.etag ?? null,
    put: object === undefined ? null : formatTime(object.lastModifiedMs),
    table: job?.settings?.table ?? found.description.table,
    order: job === undefined ? null : job.parallel === 1 ? 'file' : 'range',
    ranges: job?.ranges ?? null,
    tasks: [...tasks].map(([range, task]) => describeRange(range, task, object?.sizeBytes ?? 0)),
    rejects: job === undefined ? [] : listRejects(job, tasks),
    summary: summary?.state ?? null,
    newer: job && unstarted ? { sizeBytes: unstarted.sizeBytes, put: formatTime(unstarted.lastModifiedMs) } : null,
  };
}

/** @param sizeBytes size of the object */
export function describeRange(range: TaskName, task: AgedTask, sizeBytes: number): RangeStatus {
  const { from, to, isDone, lease, failedStarts, lastFailure, work } = task.state;
  const hasLease = isLeased(task);
  const activeState = range === 'cut' ? 'cutting' : 'loading';
  const { counts } = work.part;
  return {
    range,
    from,
    to,
    state: isDone ? 'done' : hasLease ? activeState : 'waiting',
    read: counts.read,
    rejected: counts.rejected,
    percent: isDone ? 100 : percentDone(work.frontier - from, (to ?? sizeBytes) - from),
    leaseSeconds: hasLease ? Math.round(leaseLeftMs(lease, task.ageMs) / 1000) : null,
    failedStarts,
    lastFailure,
  };
}

/** Returns null for a compressed object, which may have more bytes than are stored. */
function percentDone(bytes: number, totalBytes: number): number | null {
  return bytes > totalBytes || totalBytes === 0 ? null : Math.floor((bytes / totalBytes) * 100);
}

function listRejects({ object, reports }: JobState, tasks: StoredJob['tasks']): string[] {
  const ranges = new Set([...Object.keys(reports).map(Number), ...tasks.keys()]);
  const parts = [...ranges].flatMap((range) => tasks.get(range)?.state.work.part ?? reports[range]?.part ?? []);
  return parts.flatMap(({ rejects }) => rejects.map(({ key }) => `s3://${object.bucket}/${key}`));
}
