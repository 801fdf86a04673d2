import { taskKey } from '../../../../src/pipeline/bucket/keys.ts';
import { maxIdleMs, type TaskName, type TaskState } from '../../../../src/pipeline/state/task.ts';
import type { TaskResult } from '../../../../src/pipeline/jobs/ports.ts';
import type { Cloud, StateObject, ModelRecord, Writer } from '../cloud.ts';
import type { Simulation } from '../simulation.ts';
import { taskLabel } from './state-key.ts';
import { describeDifference, countRecords } from './record-counts.ts';

/** After this many failed starts, csv2ddb gives up a task. */
const maxFailedStarts = 4;
/** Maximum time from a read of a state to the write that follows from it. */
const reactionMs = 60_000;

/** Facts about a task, derived from its puts and their owners. The task's own state is compared with them. */
interface TaskTrack {
  run: number;
  failedStarts: number;
  /** The maximum in this run. */
  maxFailedStarts: number;
  movedMs: number;
  /** Index of the last record written, under any lease. */
  furthest: number;
}

/** Checks the invariants of each task. */
export class TaskChecker {
  readonly #cloud: Cloud;
  readonly #simulation: Simulation;
  readonly #tracks = new Map<string, TaskTrack>();
  /** Loaders that are running, by the owner of the lease. */
  readonly #active = new Map<string, Writer>();
  readonly #ended = new Map<string, { readonly job: string; readonly ended: TaskResult }>();

  constructor(cloud: Cloud, simulation: Simulation) {
    this.#cloud = cloud;
    this.#simulation = simulation;
  }

  begin(writer: Writer): void {
    const { job, task, owner } = writer;
    this.#active.set(owner, writer);
    this.#checkMayWork(writer, 'begins');
    if (this.#wasStoppedBeforeLastPut(job, task))
      this.#violate(job, task, `${owner} begins although the job is stopped`);
  }

  end({ job, owner }: Writer, ended: TaskResult): void {
    this.#active.delete(owner);
    this.#ended.set(owner, { job, ended });
  }

  /** Returns whether a loader with a valid lease works on the job. */
  isBeingLoaded(job: string, task?: TaskName): boolean {
    const active = [...this.#active.values()].filter((one) => one.job === job && (task ?? one.task) === one.task);
    return active.some((writer) => this.leaseLeftMs(writer) > 0);
  }

  /** Returns ms until the lease ends, by the true time. @param owner undefined: any owner. */
  leaseLeftMs({ job, task, owner }: Pick<Writer, 'job' | 'task'> & { readonly owner?: string }): number {
    const lying = this.#cloud.stateObject(taskKey(job, task));
    const lease = (lying?.state as TaskState | undefined)?.lease ?? null;
    if (lying === undefined || lease === null || (owner ?? lease.owner) !== lease.owner) return 0;
    return lying.lastModifiedMs + lease.durationMs - this.#simulation.nowMs;
  }

  write(writer: Writer, records: readonly ModelRecord[]): void {
    const { job, task, owner } = writer;
    this.#checkMayWork(writer, 'writes');
    const track = this.#tracks.get(taskKey(job, task));
    const state = this.#cloud.state<TaskState>(taskKey(job, task));
    const [first, last] = [records[0]?.index ?? 0, records.at(-1)?.index ?? 0];
    if (track === undefined || state === undefined) return;
    const isInside = first >= state.from && last < (state.to ?? Infinity);
    // No record before the checkpoint is written again, and none is left out.
    if (!isInside || first < state.work.frontier || first > track.furthest + 1) {
      this.#violate(job, task, `${owner} writes records ${first} to ${last}: the frontier is ${state.work.frontier}`);
    }
    track.furthest = Math.max(track.furthest, last);
  }

  /** Returns whether a task was rightly given up after too many failed starts. */
  hasExhaustedStarts(job: string, task: TaskName, run: number): boolean {
    const track = this.#tracks.get(taskKey(job, task));
    if (track?.run !== run) return false;
    // The owner of an expired lease has died, even if no process has taken the lease over.
    const isDead = this.#cloud.state<TaskState>(taskKey(job, task))?.lease && this.leaseLeftMs({ job, task }) <= 0;
    return track.maxFailedStarts + (isDead ? 1 : 0) >= maxFailedStarts;
  }

  /** Returns whether a loader of the job ended with this result. */
  hasEnded(job: string, kind: TaskResult['kind']): boolean {
    return [...this.#ended.values()].some((one) => one.job === job && one.ended.kind === kind);
  }

  isIdleTooLong(job: string, task: TaskName): boolean {
    const track = this.#tracks.get(taskKey(job, task));
    return track !== undefined && this.#simulation.nowMs - track.movedMs >= maxIdleMs;
  }

  put(job: string, task: TaskName, lyingBefore: StateObject | undefined, after: TaskState): void {
    const before = lyingBefore?.state as TaskState | undefined;
    const track = this.#track(job, task, after);
    if (before !== undefined) {
      this.#checkLease(job, task, before, after, track, lyingBefore?.lastModifiedMs ?? 0);
      if (after.work.frontier < before.work.frontier) this.#violate(job, task, 'the frontier decreased');
      if (before.isDone) this.#violate(job, task, 'it was put again after it was done');
      if (after.from !== before.from || after.to !== before.to) this.#violate(job, task, 'its range changed');
    }
    if (after.failedStarts !== track.failedStarts) {
      this.#violate(job, task, `has ${after.failedStarts} failed starts, expected ${track.failedStarts}`);
    }
    this.#checkWork(job, task, after);
  }

  #track(job: string, task: TaskName, { run, from }: TaskState): TaskTrack {
    const name = taskKey(job, task);
    const { nowMs } = this.#simulation;
    const fresh = { run, failedStarts: 0, maxFailedStarts: 0, movedMs: nowMs, furthest: from - 1 };
    const track = this.#tracks.get(name) ?? fresh;
    this.#tracks.set(name, track);
    return track;
  }

  /** Returns whether the job was stopped before the task was last put. The process that put it knew. */
  #wasStoppedBeforeLastPut(job: string, task: TaskName): boolean {
    const putMs = this.#cloud.stateObject(taskKey(job, task))?.lastModifiedMs ?? 0;
    return (this.#cloud.invariants.stoppedMs(job) ?? Infinity) < putMs;
  }

  #checkLease(
    job: string,
    task: TaskName,
    before: TaskState,
    after: TaskState,
    track: TaskTrack,
    beforeMs: number,
  ): void {
    const { nowMs } = this.#simulation;
    const [old, now] = [before.lease, after.lease];
    if (now !== null && now.owner !== old?.owner) {
      if (old !== null) {
        if (nowMs < beforeMs + old.durationMs)
          this.#violate(job, task, `${now.owner} took the lease of ${old.owner} before it ended`);
        this.#fail(track);
      }
      if (after.run !== track.run)
        Object.assign(track, { run: after.run, failedStarts: 0, maxFailedStarts: 0, movedMs: nowMs });
      else if (track.failedStarts >= maxFailedStarts)
        this.#violate(job, task, 'it was started more often than allowed');
    }
    const stoppedMs = this.#cloud.invariants.stoppedMs(job) ?? Infinity;
    if (now !== null && now.owner === old?.owner && stoppedMs < beforeMs) {
      this.#violate(job, task, `${now.owner} continues although the job is stopped`);
    }
    if (after.work.frontier > before.work.frontier) {
      track.failedStarts = 0;
      track.movedMs = nowMs;
    }
    if (now !== null && now.owner !== old?.owner && nowMs - track.movedMs > maxIdleMs + reactionMs) {
      this.#violate(job, task, 'it was started although nothing was written for hours');
    }
    if (now === null) this.#checkReleased(job, task, old?.owner, after, track);
  }

  /** Checks that a released task has the result of the work. */
  #checkReleased(job: string, task: TaskName, owner: string | undefined, after: TaskState, track: TaskTrack): void {
    if (owner === undefined) {
      this.#violate(job, task, 'it was put without a lease');
      return;
    }
    const ended = this.#ended.get(owner)?.ended;
    // Only the process that cuts the ranges knows its result. A "changed" result without a change counts as a failure.
    const isUnknown = task === 'cut' || ended?.kind === 'changed';
    if (ended?.kind === 'failed' || (isUnknown && after.failedStarts > track.failedStarts)) this.#fail(track);
    if (task === 'cut') return;
    if (after.isDone !== (ended?.kind === 'done'))
      this.#violate(job, task, `it has isDone ${after.isDone}, but the work ended as ${ended?.kind}`);
    // If the job could not be stopped first, the next loader finds the rejects again.
    const isFoundAgain = ended?.kind === 'too many rejects' && after.work.frontier < ended.work.frontier;
    if (ended !== undefined && ended.work.frontier !== after.work.frontier && !isFoundAgain) {
      this.#violate(job, task, `it was released at ${after.work.frontier}, but the work is at ${ended.work.frontier}`);
    }
  }

  #fail(track: TaskTrack): void {
    track.failedStarts++;
    track.maxFailedStarts = Math.max(track.maxFailedStarts, track.failedStarts);
  }

  #checkWork(job: string, task: TaskName, { from, to, work, isDone }: TaskState): void {
    const version = this.#cloud.versionOf(job);
    if (version === undefined) {
      this.#violate(job, task, 'its version does not exist');
      return;
    }
    if (task === 'cut') {
      const last = work.acknowledged - 1;
      const isCreated = last < 0 || this.#cloud.stateObject(taskKey(job, last)) !== undefined;
      if (!isCreated) this.#violate(job, task, `range ${last} does not exist, although the cut counts it`);
      return;
    }
    const wrong = describeDifference(work.part.counts, countRecords(version.records, from, work.frontier));
    if (wrong !== undefined) this.#violate(job, task, wrong);
    const end = to ?? version.records.length;
    if (isDone && work.frontier !== end) this.#violate(job, task, `it is done at ${work.frontier} of ${end}`);
  }

  /** Checks that the loader owns a valid lease, and that the job is still listed for its key. */
  #checkMayWork(writer: Writer, does: string): void {
    const { job, task, owner } = writer;
    if (this.leaseLeftMs(writer) < 0) this.#violate(job, task, `${owner} ${does} after its lease ended`);
    const state = this.#cloud.state<TaskState>(taskKey(job, task));
    if (state?.lease?.owner !== owner) this.#violate(job, task, `${owner} ${does} without the lease`);
    const key = this.#cloud.versionOf(job)?.object.key ?? '';
    if (!this.#cloud.invariants.isListedForKey(key, job))
      this.#violate(job, task, `${owner} ${does} although the job was replaced`);
  }

  #violate(job: string, task: TaskName, text: string): void {
    this.#simulation.violate(`task ${taskLabel(job, task)}: ${text}`);
  }
}
