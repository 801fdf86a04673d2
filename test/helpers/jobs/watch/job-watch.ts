import { isDeepStrictEqual } from 'node:util';
import { jobName, summaryName, taskName } from '../../../../src/pipeline/bucket/keys.ts';
import { isComplete, type JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import type { JobState, Report } from '../../../../src/pipeline/state/job.ts';
import type { TaskName, TaskState } from '../../../../src/pipeline/state/task.ts';
import { unusable, type Cloud } from '../cloud.ts';
import type { Simulation } from '../simulation.ts';
import type { TaskWatch } from './task-watch.ts';
import { differenceOf, truthOf, type Truth } from './truth.ts';

/** Holds against each job what may never be. */
export class JobWatch {
  readonly #cloud: Cloud;
  readonly #simulation: Simulation;
  readonly #tasks: TaskWatch;
  readonly #stoppedMs = new Map<string, number>();

  constructor(cloud: Cloud, simulation: Simulation, tasks: TaskWatch) {
    this.#cloud = cloud;
    this.#simulation = simulation;
    this.#tasks = tasks;
  }

  put(before: JobState | undefined, after: JobState): void {
    if (before === undefined) {
      if (after.stop !== null) this.#stoppedMs.set(after.id, this.#simulation.nowMs);
      return;
    }
    if (after.run !== before.run) {
      this.#stoppedMs.delete(after.id);
      this.#checkRun(before, after);
      return;
    }
    if (before.stop === null && after.stop !== null) {
      this.#stoppedMs.set(after.id, this.#simulation.nowMs);
      this.#checkStop(after);
      if (isComplete(before)) this.#violate(after, 'it is stopped when all is done');
    }
    if (before.stop !== null && !isDeepStrictEqual(before.stop, after.stop)) this.#violate(after, 'another stop');
    for (const [range, told] of Object.entries(after.reports)) {
      if (before.reports[range] === undefined) this.#checkReport(after, Number(range), told);
      else if (!isDeepStrictEqual(before.reports[range], told)) this.#violate(after, `range ${range} reports again`);
    }
    for (const range of Object.keys(before.reports)) {
      if (after.reports[range] === undefined) this.#violate(after, `the report of range ${range} is gone`);
    }
    if (before.ranges === null && after.ranges !== null) this.#checkCut(after, after.ranges);
    if (!before.isPublished && after.isPublished) this.#checkPublished(after);
    if (before.isPublished && !after.isPublished) this.#violate(after, 'it goes on after its end');
  }

  /** When the run of a job that is on was stopped; undefined: it was not. */
  stoppedMs(job: string): number | undefined {
    return this.#stoppedMs.get(job);
  }

  publish(summary: JobSummary): void {
    const job = this.#cloud.state<JobState>(jobName(summary.job));
    if (job === undefined) return;
    const name = summaryName(summary.job, summary.run);
    if (!isDeepStrictEqual(this.#cloud.state(name), summary))
      this.#violate(job, 'another summary than what lies there');
    // Told again by somebody who was late: what lies there was right when it was told first.
    if (job.run !== summary.run || job.isPublished) return;
    if (this.#tasks.isWorkedOn(job.id)) this.#violate(job, 'its end is told while somebody works on it');
    const wrong = differenceOf(summary, this.#truthOfReports(job));
    if (wrong !== undefined) this.#violate(job, `in its summary: ${wrong}`);
    if (summary.state === 'done') this.#checkDone(job, summary);
  }

  #checkDone(job: JobState, summary: JobSummary): void {
    const records = this.#cloud.versionOf(job.id)?.records ?? [];
    const truth = truthOf(records, 0, records.length);
    const wrong = differenceOf(summary, truth);
    if (wrong !== undefined) this.#violate(job, `done, though ${wrong}`);
    if (summary.exitStatus !== (truth.rejected > 0 ? 1 : 0)) this.#violate(job, `exit status ${summary.exitStatus}`);
    // A run that goes on after too many were rejected is judged by those that come then.
    if (job.run === 1 && truth.rejected > this.#mostRejects(job)) this.#violate(job, 'done, with too many rejects');
  }

  #mostRejects({ maxErrors }: JobState): number {
    return maxErrors.kind === 'count' ? maxErrors.count : Infinity;
  }

  /** By the bytes that reports name, which are records here. */
  #truthOfReports(job: JobState): Truth {
    const records = this.#cloud.versionOf(job.id)?.records ?? [];
    const sum = { read: 0, written: 0, rejected: 0 };
    for (const [range, { part }] of Object.entries(job.reports)) {
      const from = this.#cloud.state<TaskState>(taskName(job.id, Number(range)))?.from ?? 0;
      const truth = truthOf(records, from, from + part.bytes);
      sum.read += truth.read;
      sum.written += truth.written;
      sum.rejected += truth.rejected;
    }
    return sum;
  }

  #checkRun(before: JobState, after: JobState): void {
    if (!this.#cloud.watch.isMarked(after.id)) this.#violate(after, 'a run begins without a mark');
    if (!before.isPublished || after.run !== before.run + 1)
      this.#violate(after, 'a run begins before another has ended');
    for (const [range, told] of Object.entries(before.reports)) {
      if (told.isDone && !isDeepStrictEqual(after.reports[range], told)) {
        this.#violate(after, `run ${after.run} forgets that range ${range} is done`);
      }
    }
  }

  #checkStop(job: JobState): void {
    const tasks = this.#tasksOf(job);
    const { object } = job;
    const newest = this.#cloud.newest(object.key);
    switch (job.stop?.kind) {
      case 'failed': {
        if (job.stop.why.code === unusable.code && this.#cloud.areFaultsOn) return;
        const isSilence = job.stop.why.code === 'RETRIES_EXHAUSTED';
        const isSo = ({ name }: { name: TaskName }): boolean =>
          isSilence ? this.#tasks.isSilent(job.id, name) : this.#tasks.isToGiveUp(job.id, name, job.run);
        if (!tasks.some(isSo)) this.#violate(job, `is given up without reason: ${job.stop.why.message}`);
        return;
      }
      case 'rejects': {
        const rejected = tasks.reduce((sum, { state }) => sum + state.work.part.counts.rejected, 0);
        const isSaid = this.#tasks.hasEnded(job.id, 'too many rejects');
        if (rejected <= this.#mostRejects(job) && !isSaid) this.#violate(job, `is stopped at ${rejected} rejects`);
        return;
      }
      case 'replaced':
        // One that is the newest again may meet who saw it otherwise.
        if (this.#cloud.headOf(object.key)?.job === job.id && !this.#cloud.isVersioned)
          this.#violate(job, 'is replaced by nothing');
        return;
      case 'gone':
        if (newest?.job === job.id) this.#violate(job, 'is said to be gone');
        return;
      case undefined:
    }
  }

  #checkReport(job: JobState, range: number, told: Report): void {
    const state = this.#cloud.state<TaskState>(taskName(job.id, range));
    if (state === undefined) {
      // One that was never begun did nothing.
      if (told.isDone || told.part.bytes > 0 || job.stop === null) this.#violate(job, `range ${range} is not there`);
      return;
    }
    if (told.isDone && !isDeepStrictEqual(told.part, state.work.part))
      this.#violate(job, `range ${range} reports otherwise`);
    if (told.isDone && !state.isDone) this.#violate(job, `range ${range} reports before it is done`);
    if (told.isDone) return;
    if (job.stop === null) this.#violate(job, `range ${range} reports, and is neither done nor stopped`);
    if (this.#tasks.isWorkedOn(job.id, range)) this.#violate(job, `range ${range} reports while somebody works on it`);
  }

  #checkCut(job: JobState, ranges: number): void {
    const made = Array.from({ length: ranges }, (_, range) => this.#cloud.state<TaskState>(taskName(job.id, range)));
    let end: number | null = 0;
    for (const task of made) {
      if (task === undefined || task.from !== end) this.#violate(job, 'its ranges do not follow each other');
      end = task?.to ?? null;
    }
    const isWhole = end === null;
    if (job.isWhole && !isWhole) this.#violate(job, `says whole ${job.isWhole}, and ends at ${end}`);
    if (!job.isWhole && job.stop === null) this.#violate(job, 'is cut in part, and not stopped');
    // One that lands after that was begun by nobody, and is found by whoever cuts in another run.
    const next = this.#cloud.state<TaskState>(taskName(job.id, ranges));
    const isBegun = next !== undefined && (next.lease !== null || next.work.frontier > next.from);
    if (isBegun) this.#violate(job, 'has more ranges than it says');
  }

  #checkPublished(job: JobState): void {
    const summary = this.#cloud.state<JobSummary>(summaryName(job.id, job.run));
    const isTold = this.#cloud.published.some(({ job: id, run }) => id === job.id && run === job.run);
    if (summary === undefined || !isTold) this.#violate(job, 'is marked as published, and is not');
    else if (summary.state !== (job.stop?.kind ?? 'done'))
      this.#violate(job, `its summary says ${summary.state}, its state ${job.stop?.kind}`);
  }

  #tasksOf({ id }: JobState): { readonly name: TaskName; readonly state: TaskState }[] {
    const names: TaskName[] = ['cut', ...Array.from({ length: 10 }, (_, range) => range)];
    return names.flatMap((name) => {
      const state = this.#cloud.state<TaskState>(taskName(id, name));
      return state === undefined ? [] : [{ name, state }];
    });
  }

  #violate({ id, run }: JobState, text: string): void {
    this.#simulation.violate(`job ${id.slice(-6)} run ${run}: ${text}`);
  }
}
