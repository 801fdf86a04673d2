import { jobName, openName } from '../../../../src/pipeline/bucket/keys.ts';
import type { HeadState } from '../../../../src/pipeline/state/head.ts';
import { jobIdOf } from '../../../../src/pipeline/state/identity.ts';
import type { JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import type { JobState } from '../../../../src/pipeline/state/job.ts';
import type { TaskState } from '../../../../src/pipeline/state/task.ts';
import type { Cloud, Lying, ModelRecord, Writer } from '../cloud.ts';
import type { Simulation } from '../simulation.ts';
import { JobWatch } from './job-watch.ts';
import { named } from './names.ts';
import { TaskWatch } from './task-watch.ts';

/** How late somebody may be. */
const lateMs = 400_000;

/**
 * Looks at everything that lands in the cloud, at the moment it does, and says what may never be. That finds what the end of a
 * story hides: most of what goes wrong is put right by whoever comes next.
 */
export class Watch {
  readonly tasks: TaskWatch;
  /** Jobs that a head has ever named: each of them has an end that is told. */
  readonly everNamed = new Set<string>();
  readonly #cloud: Cloud;
  readonly #simulation: Simulation;
  readonly #jobs: JobWatch;
  readonly #removedMs = new Map<string, number>();

  constructor(cloud: Cloud, simulation: Simulation) {
    this.#cloud = cloud;
    this.#simulation = simulation;
    this.tasks = new TaskWatch(cloud, simulation);
    this.#jobs = new JobWatch(cloud, simulation, this.tasks);
  }

  put(key: string, before: Lying | undefined, { state }: Lying): void {
    const what = named(key);
    if (what.is === 'task') this.tasks.put(what.job, what.task, before, state as TaskState);
    if (what.is === 'job') this.#jobs.put(before?.state as JobState | undefined, state as JobState);
    if (what.is === 'head') this.#head(before?.state as HeadState | undefined, state as HeadState);
  }

  remove(key: string): void {
    const what = named(key);
    if (what.is !== 'open') {
      this.#simulation.violate(`${key} is removed`);
      return;
    }
    this.#removedMs.set(what.job, this.#simulation.nowMs);
    const job = this.#cloud.state<JobState>(jobName(what.job));
    const name = what.job.slice(-6);
    // Of a job that runs again it may be removed by somebody who was late: whoever began the run sees to that.
    if (job !== undefined && !job.isPublished && job.run === 1)
      this.#simulation.violate(`${name} is open, without a mark`);
    const { key: object } = this.#cloud.versionOf(what.job)?.object ?? { key: '' };
    if (job === undefined && this.isRemembered(object, what.job))
      this.#simulation.violate(`${name} is to begin, without a mark`);
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

  /** Whether a job is among those that have not ended, or was until somebody who was late took it away. */
  isMarked(job: string): boolean {
    const removedMs = this.#removedMs.get(job) ?? -Infinity;
    return this.#cloud.lying(openName(job)) !== undefined || this.#simulation.nowMs - removedMs < lateMs;
  }

  /** Whether the head of a key names a job, or waits for it. */
  isRemembered(key: string, job: string): boolean {
    const head = this.#cloud.headOf(key);
    return head?.job === job || head?.earlier.some((object) => jobIdOf(object) === job) === true;
  }

  #head(before: HeadState | undefined, after: HeadState): void {
    this.everNamed.add(after.job);
    this.#simulation.tell(`head ${after.job.slice(-6)}, ${after.earlier.length} earlier`);
    const known = [after.object, ...after.earlier].map(jobIdOf);
    for (const job of before === undefined ? [] : [before.object, ...before.earlier].map(jobIdOf)) {
      if (known.includes(job)) continue;
      const name = job.slice(-6);
      if (this.#cloud.lying(jobName(job)) === undefined)
        this.#simulation.violate(`${name} is forgotten, and may still begin`);
      if (this.tasks.isWorkedOn(job)) this.#simulation.violate(`${name} is forgotten while it is worked on`);
    }
  }
}
