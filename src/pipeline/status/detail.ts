import { summaryName } from '../bucket/keys.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { JobState } from '../state/job.ts';
import { leaseLeftMs } from '../state/lease.ts';
import type { Failure } from '../state/failure.ts';
import type { AgedTask, TaskName } from '../state/task.ts';
import type { ConnectedPipeline } from '../connect.ts';
import { isHeld } from './job-condition.ts';
import { findJob } from './find-job.ts';
import { lookAt, notBegun, timeOf, type JobLook } from './job-view.ts';
import { seeJob, type SeenJob } from './read-job.ts';

/** A range of a job, or the cutting of its object, as `--json` has it. */
export interface RangeLook {
  readonly range: TaskName;
  /** Bytes of the object; `to` null: to its end. */
  readonly from: number;
  readonly to: number | null;
  readonly state: 'waiting' | 'loading' | 'cutting' | 'done';
  readonly read: number;
  readonly rejected: number;
  /** Of its bytes, or of those that are cut; null where nobody can tell. */
  readonly percent: number | null;
  /** Seconds for which nobody else takes it; null where nobody holds it. */
  readonly leaseSeconds: number | null;
  readonly failedStarts: number;
  readonly lastFailure: Failure | null;
}

/** All about one job, as `--json` has it. */
export interface Detail extends JobLook {
  readonly bucket: string;
  readonly versionId: string | null;
  readonly etag: string | null;
  readonly put: string | null;
  readonly table: string;
  readonly order: 'file' | 'range' | null;
  /** How many ranges there will be; null while that is not known. */
  readonly ranges: number | null;
  readonly tasks: readonly RangeLook[];
  /** Objects of rejected records. */
  readonly rejects: readonly string[];
  /** Of a run that has ended. */
  readonly summary: JobSummary | null;
  /** A newer version of the object, which no job is of. */
  readonly newer: { readonly sizeBytes: number; readonly put: string } | null;
}

/**
 * Looks at one job.
 * @param named see `findJob`
 * @throws LoaderError JOB_NOT_FOUND
 */
export async function lookInto(pipeline: ConnectedPipeline, named: string): Promise<Detail> {
  const { found, store, clock } = pipeline;
  const { key, job: id, unbegun } = await findJob(pipeline, named);
  const seen = id === undefined ? undefined : await seeJob(pipeline, id, 'all');
  const { job, tasks = new Map<TaskName, AgedTask>() } = seen ?? {};
  const object = job?.object ?? unbegun;
  const summary = job?.isPublished === true ? await store.read<JobSummary>(summaryName(job.id, job.run)) : undefined;
  return {
    ...(seen === undefined ? notBegun(id ?? null, key) : lookAt(seen, clock.nowMs())),
    sizeBytes: object?.sizeBytes ?? null,
    bucket: found.bucket,
    versionId: job?.object.versionId ?? null,
    etag: object?.etag ?? null,
    put: object === undefined ? null : timeOf(object.lastModifiedMs),
    table: job?.settings?.table ?? found.description.table,
    order: job === undefined ? null : job.parallel === 1 ? 'file' : 'range',
    ranges: job?.ranges ?? null,
    tasks: [...tasks].map(([range, task]) => rangeLook(range, task, object?.sizeBytes ?? 0)),
    rejects: job === undefined ? [] : rejectsOf(job, tasks),
    summary: summary?.state ?? null,
    newer: job && unbegun ? { sizeBytes: unbegun.sizeBytes, put: timeOf(unbegun.lastModifiedMs) } : null,
  };
}

/** @param sizeBytes of the object */
export function rangeLook(range: TaskName, task: AgedTask, sizeBytes: number): RangeLook {
  const { from, to, isDone, lease, failedStarts, lastFailure, work } = task.state;
  const held = isHeld(task);
  const working = range === 'cut' ? 'cutting' : 'loading';
  const { counts } = work.part;
  return {
    range,
    from,
    to,
    state: isDone ? 'done' : held ? working : 'waiting',
    read: counts.read,
    rejected: counts.rejected,
    percent: isDone ? 100 : percentOf(work.frontier - from, (to ?? sizeBytes) - from),
    leaseSeconds: held ? Math.round(leaseLeftMs(lease, task.ageMs) / 1000) : null,
    failedStarts,
    lastFailure,
  };
}

/** More bytes than are stored come from a packed object. */
function percentOf(bytes: number, ofBytes: number): number | null {
  return bytes > ofBytes || ofBytes === 0 ? null : Math.floor((bytes / ofBytes) * 100);
}

function rejectsOf({ object, reports }: JobState, tasks: SeenJob['tasks']): string[] {
  const ranges = new Set([...Object.keys(reports).map(Number), ...tasks.keys()]);
  const parts = [...ranges].flatMap((range) => tasks.get(range)?.state.work.part ?? reports[range]?.part ?? []);
  return parts.flatMap(({ rejects }) => rejects.map(({ key }) => `s3://${object.bucket}/${key}`));
}
