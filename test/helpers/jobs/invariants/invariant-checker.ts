import { jobKey, openJobKey } from '../../../../src/pipeline/bucket/keys.ts';
import type { LatestVersionState } from '../../../../src/pipeline/state/latest-version.ts';
import { getJobId } from '../../../../src/pipeline/state/identity.ts';
import type { JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import type { JobState } from '../../../../src/pipeline/state/job.ts';
import type { TaskState } from '../../../../src/pipeline/state/task.ts';
import type { Cloud, StateObject, ModelRecord, Writer } from '../cloud.ts';
import type { Simulation } from '../simulation.ts';
import { JobChecker } from './job-checker.ts';
import { parseStateKey } from './state-key.ts';
import { TaskChecker } from './task-checker.ts';

/** Maximum delay of a process. */
const lateMs = 400_000;

/**
 * Checks the invariants at every change of the cloud. The end of a scenario hides most violations, because later
 * processes correct them.
 */
export class InvariantChecker {
  readonly tasks: TaskChecker;
  /** Jobs that were ever a latest version. Each of them must publish a summary. */
  readonly knownJobs = new Set<string>();
  readonly #cloud: Cloud;
  readonly #simulation: Simulation;
  readonly #jobs: JobChecker;
  readonly #removedMs = new Map<string, number>();

  constructor(cloud: Cloud, simulation: Simulation) {
    this.#cloud = cloud;
    this.#simulation = simulation;
    this.tasks = new TaskChecker(cloud, simulation);
    this.#jobs = new JobChecker(cloud, simulation, this.tasks);
  }

  put(key: string, before: StateObject | undefined, { state }: StateObject): void {
    const stateKey = parseStateKey(key);
    if (stateKey.kind === 'task') this.tasks.put(stateKey.job, stateKey.task, before, state as TaskState);
    if (stateKey.kind === 'job') this.#jobs.put(before?.state as JobState | undefined, state as JobState);
    if (stateKey.kind === 'latest')
      this.#putLatest(before?.state as LatestVersionState | undefined, state as LatestVersionState);
  }

  remove(key: string): void {
    const stateKey = parseStateKey(key);
    if (stateKey.kind !== 'open') {
      this.#simulation.violate(`${key} was removed`);
      return;
    }
    this.#removedMs.set(stateKey.job, this.#simulation.nowMs);
    const job = this.#cloud.state<JobState>(jobKey(stateKey.job));
    const name = stateKey.job.slice(-6);
    // A delayed process may remove the mark of a job that runs again. The process that began the run restores it.
    if (job !== undefined && !job.isPublished && job.run === 1)
      this.#simulation.violate(`${name} is open but has no mark`);
    const { key: object } = this.#cloud.versionOf(stateKey.job)?.object ?? { key: '' };
    if (job === undefined && this.isListedForKey(object, stateKey.job))
      this.#simulation.violate(`${name} must still begin but has no mark`);
  }

  write(writer: Writer, records: readonly ModelRecord[]): void {
    this.tasks.write(writer, records);
  }

  publish(summary: JobSummary): void {
    this.#jobs.publish(summary);
  }

  stoppedMs(job: string): number | undefined {
    return this.#jobs.stoppedMs(job);
  }

  /** Returns whether a job has an open mark, or had one until a delayed process removed it. */
  hasOpenMark(job: string): boolean {
    const removedMs = this.#removedMs.get(job) ?? -Infinity;
    return this.#cloud.stateObject(openJobKey(job)) !== undefined || this.#simulation.nowMs - removedMs < lateMs;
  }

  /** Returns whether a job is the latest version of a key, or an earlier one that has not ended. */
  isListedForKey(key: string, job: string): boolean {
    const head = this.#cloud.headOf(key);
    return head?.job === job || head?.earlier.some((object) => getJobId(object) === job) === true;
  }

  #putLatest(before: LatestVersionState | undefined, after: LatestVersionState): void {
    this.knownJobs.add(after.job);
    this.#simulation.log(`latest version ${after.job.slice(-6)}, ${after.earlier.length} earlier`);
    const known = [after.object, ...after.earlier].map(getJobId);
    for (const job of before === undefined ? [] : [before.object, ...before.earlier].map(getJobId)) {
      if (known.includes(job)) continue;
      const name = job.slice(-6);
      if (this.#cloud.stateObject(jobKey(job)) === undefined)
        this.#simulation.violate(`${name} was dropped from the versions but may still begin`);
      if (this.tasks.isBeingLoaded(job))
        this.#simulation.violate(`${name} was dropped from the versions while a loader works on it`);
    }
  }
}
