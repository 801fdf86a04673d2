import { isDeepStrictEqual } from 'node:util';
import { jobKey, summaryKey, taskKey } from '../../../../src/pipeline/bucket/keys.ts';
import { isComplete, type JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import type { JobState, RangeReport } from '../../../../src/pipeline/state/job.ts';
import type { TaskName, TaskState } from '../../../../src/pipeline/state/task.ts';
import { unusableSettings, type Cloud } from '../cloud.ts';
import type { Simulation } from '../simulation.ts';
import type { TaskChecker } from './task-checker.ts';
import { describeDifference, countRecords, type ExpectedCounts } from './record-counts.ts';

/** Checks the invariants of each job. */
export class JobChecker {
  readonly #cloud: Cloud;
  readonly #simulation: Simulation;
  readonly #tasks: TaskChecker;
  readonly #stoppedMs = new Map<string, number>();

  constructor(cloud: Cloud, simulation: Simulation, tasks: TaskChecker) {
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
      if (isComplete(before)) this.#violate(after, 'it was stopped after all ranges were done');
    }
    if (before.stop !== null && !isDeepStrictEqual(before.stop, after.stop)) this.#violate(after, 'its stop changed');
    for (const [range, report] of Object.entries(after.reports)) {
      if (before.reports[range] === undefined) this.#checkReport(after, Number(range), report);
      else if (!isDeepStrictEqual(before.reports[range], report)) this.#violate(after, `range ${range} reported twice`);
    }
    for (const range of Object.keys(before.reports)) {
      if (after.reports[range] === undefined) this.#violate(after, `the report of range ${range} was removed`);
    }
    if (before.ranges === null && after.ranges !== null) this.#checkCut(after, after.ranges);
    if (!before.isPublished && after.isPublished) this.#checkPublished(after);
    if (before.isPublished && !after.isPublished) this.#violate(after, 'it continues after its end');
  }

  /** Returns when the current run of a job was stopped. Undefined if it was not. */
  stoppedMs(job: string): number | undefined {
    return this.#stoppedMs.get(job);
  }

  publish(summary: JobSummary): void {
    const job = this.#cloud.state<JobState>(jobKey(summary.job));
    if (job === undefined) return;
    const name = summaryKey(summary.job, summary.run);
    if (!isDeepStrictEqual(this.#cloud.state(name), summary))
      this.#violate(job, 'the published summary differs from the stored one');
    // A delayed process publishes the summary again. It was checked when it was first published.
    if (job.run !== summary.run || job.isPublished) return;
    if (this.#tasks.isBeingLoaded(job.id)) this.#violate(job, 'its summary is published while a loader works on it');
    const wrong = describeDifference(summary, this.#countReported(job));
    if (wrong !== undefined) this.#violate(job, `its summary ${wrong}`);
    if (summary.state === 'done') this.#checkDone(job, summary);
  }

  #checkDone(job: JobState, summary: JobSummary): void {
    const records = this.#cloud.versionOf(job.id)?.records ?? [];
    const expected = countRecords(records, 0, records.length);
    const wrong = describeDifference(summary, expected);
    if (wrong !== undefined) this.#violate(job, `it is done, but its summary ${wrong}`);
    if (summary.exitStatus !== (expected.rejected > 0 ? 1 : 0))
      this.#violate(job, `its exit status is ${summary.exitStatus}`);
    // A run that resumes after too many rejects counts only the later ones.
    if (job.run === 1 && expected.rejected > this.#maxRejects(job))
      this.#violate(job, 'it is done with too many rejects');
  }

  #maxRejects({ maxErrors }: JobState): number {
    return maxErrors.kind === 'count' ? maxErrors.count : Infinity;
  }

  /** Counts the records in the reported ranges. One byte is one record here. */
  #countReported(job: JobState): ExpectedCounts {
    const records = this.#cloud.versionOf(job.id)?.records ?? [];
    const sum = { read: 0, written: 0, rejected: 0 };
    for (const [range, { part }] of Object.entries(job.reports)) {
      const from = this.#cloud.state<TaskState>(taskKey(job.id, Number(range)))?.from ?? 0;
      const expected = countRecords(records, from, from + part.bytes);
      sum.read += expected.read;
      sum.written += expected.written;
      sum.rejected += expected.rejected;
    }
    return sum;
  }

  #checkRun(before: JobState, after: JobState): void {
    if (!this.#cloud.invariants.hasOpenMark(after.id)) this.#violate(after, 'a run began without an open mark');
    if (!before.isPublished || after.run !== before.run + 1)
      this.#violate(after, 'a run began before the previous one ended');
    for (const [range, report] of Object.entries(before.reports)) {
      if (report.isDone && !isDeepStrictEqual(after.reports[range], report)) {
        this.#violate(after, `run ${after.run} lost the report that range ${range} is done`);
      }
    }
  }

  #checkStop(job: JobState): void {
    const tasks = this.#tasksOf(job);
    const { object } = job;
    const newest = this.#cloud.newest(object.key);
    switch (job.stop?.kind) {
      case 'failed': {
        if (job.stop.why.code === unusableSettings.code && this.#cloud.hasFaults) return;
        const isSilence = job.stop.why.code === 'RETRIES_EXHAUSTED';
        const isSo = ({ name }: { name: TaskName }): boolean =>
          isSilence ? this.#tasks.isIdleTooLong(job.id, name) : this.#tasks.hasExhaustedStarts(job.id, name, job.run);
        const isHopeless = this.#tasks.hasEnded(job.id, 'hopeless');
        if (!isHopeless && !tasks.some(isSo))
          this.#violate(job, `it was given up without a reason: ${job.stop.why.message}`);
        return;
      }
      case 'rejects': {
        const rejected = tasks.reduce((sum, { state }) => sum + state.work.part.counts.rejected, 0);
        const isSaid = this.#tasks.hasEnded(job.id, 'too many rejects');
        if (rejected <= this.#maxRejects(job) && !isSaid) this.#violate(job, `it was stopped at ${rejected} rejects`);
        return;
      }
      case 'replaced':
        // After a deletion made a version the newest again, a process may still act on the state before.
        if (this.#cloud.headOf(object.key)?.job === job.id && !this.#cloud.isVersioned)
          this.#violate(job, 'it was stopped as replaced, but it is the latest version');
        return;
      case 'gone':
        if (newest?.job === job.id) this.#violate(job, 'it was stopped as gone, but its object exists');
        return;
      case undefined:
    }
  }

  #checkReport(job: JobState, range: number, report: RangeReport): void {
    const state = this.#cloud.state<TaskState>(taskKey(job.id, range));
    if (state === undefined) {
      // A range without a task state has done no work.
      if (report.isDone || report.part.bytes > 0 || job.stop === null)
        this.#violate(job, `range ${range} does not exist`);
      return;
    }
    if (report.isDone && !isDeepStrictEqual(report.part, state.work.part))
      this.#violate(job, `the report of range ${range} differs from its state`);
    if (report.isDone && !state.isDone) this.#violate(job, `range ${range} reported before it was done`);
    if (report.isDone) return;
    if (job.stop === null) this.#violate(job, `range ${range} reported but is neither done nor stopped`);
    if (this.#tasks.isBeingLoaded(job.id, range))
      this.#violate(job, `range ${range} reported while a loader works on it`);
  }

  #checkCut(job: JobState, ranges: number): void {
    const made = Array.from({ length: ranges }, (_, range) => this.#cloud.state<TaskState>(taskKey(job.id, range)));
    let end: number | null = 0;
    for (const task of made) {
      if (task === undefined || task.from !== end) this.#violate(job, 'its ranges are not contiguous');
      end = task?.to ?? null;
    }
    const isWhole = end === null;
    if (job.isWhole && !isWhole) this.#violate(job, `it has isWhole ${job.isWhole}, but its last range ends at ${end}`);
    if (!job.isWhole && job.stop === null) this.#violate(job, 'it is cut only in part, but not stopped');
    // A range that is created after the cut was never begun. The cut of the next run finds it.
    const next = this.#cloud.state<TaskState>(taskKey(job.id, ranges));
    const isBegun = next !== undefined && (next.lease !== null || next.work.frontier > next.from);
    if (isBegun) this.#violate(job, 'it has more ranges than its state counts');
  }

  #checkPublished(job: JobState): void {
    const summary = this.#cloud.state<JobSummary>(summaryKey(job.id, job.run));
    const wasPublished = this.#cloud.published.some(({ job: id, run }) => id === job.id && run === job.run);
    if (summary === undefined || !wasPublished)
      this.#violate(job, 'it is marked as published, but no summary was published');
    else if (summary.state !== (job.stop?.kind ?? 'done'))
      this.#violate(job, `its summary has state ${summary.state}, its stop is ${job.stop?.kind}`);
  }

  #tasksOf({ id }: JobState): { readonly name: TaskName; readonly state: TaskState }[] {
    const names: TaskName[] = ['cut', ...Array.from({ length: 10 }, (_, range) => range)];
    return names.flatMap((name) => {
      const state = this.#cloud.state<TaskState>(taskKey(id, name));
      return state === undefined ? [] : [{ name, state }];
    });
  }

  #violate({ id, run }: JobState, text: string): void {
    this.#simulation.violate(`job ${id.slice(-6)} run ${run}: ${text}`);
  }
}
