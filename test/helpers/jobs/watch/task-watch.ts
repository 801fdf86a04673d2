import { taskName } from '../../../../src/pipeline/bucket/keys.ts';
import { longestSilenceMs, type TaskName, type TaskState } from '../../../../src/pipeline/state/task.ts';
import type { Ended } from '../../../../src/pipeline/jobs/ports.ts';
import type { Cloud, Lying, ModelRecord, Writer } from '../cloud.ts';
import type { Simulation } from '../simulation.ts';
import { nameOf } from './names.ts';
import { differenceOf, truthOf } from './truth.ts';

/** At so many failed starts a task is given up. */
const mostFailedStarts = 4;
/** How long it takes from a look at a state to what follows from it. */
const lookMs = 60_000;

/** What is known of a task from what was put, and by whom: worked out anew here, so that what it says of itself can be held against it. */
interface Track {
  run: number;
  failedStarts: number;
  /** In this run. */
  mostFailedStarts: number;
  movedMs: number;
  /** Index of the furthest record written, of all shifts. */
  furthest: number;
}

/** Holds against each task what may never be. */
export class TaskWatch {
  readonly #cloud: Cloud;
  readonly #simulation: Simulation;
  readonly #tracks = new Map<string, Track>();
  /** Shifts that are worked on, by the owner of the lease. */
  readonly #active = new Map<string, Writer>();
  readonly #ended = new Map<string, { readonly job: string; readonly ended: Ended }>();

  constructor(cloud: Cloud, simulation: Simulation) {
    this.#cloud = cloud;
    this.#simulation = simulation;
  }

  begin(writer: Writer): void {
    const { job, task, owner } = writer;
    this.#active.set(owner, writer);
    this.#checkMayWork(writer, 'begins');
    if (this.#isStoppedSinceBefore(job, task)) this.#violate(job, task, `${owner} begins, though the job is stopped`);
  }

  end({ job, owner }: Writer, ended: Ended): void {
    this.#active.delete(owner);
    this.#ended.set(owner, { job, ended });
  }

  /** Whether somebody works on a job whose lease is not over. */
  isWorkedOn(job: string, task?: TaskName): boolean {
    const active = [...this.#active.values()].filter((one) => one.job === job && (task ?? one.task) === one.task);
    return active.some((writer) => this.leaseLeftMs(writer) > 0);
  }

  /** By what really is the time. @param owner undefined: whoever holds it */
  leaseLeftMs({ job, task, owner }: Pick<Writer, 'job' | 'task'> & { readonly owner?: string }): number {
    const lying = this.#cloud.lying(taskName(job, task));
    const lease = (lying?.state as TaskState | undefined)?.lease ?? null;
    if (lying === undefined || lease === null || (owner ?? lease.owner) !== lease.owner) return 0;
    return lying.lastModifiedMs + lease.durationMs - this.#simulation.nowMs;
  }

  write(writer: Writer, records: readonly ModelRecord[]): void {
    const { job, task, owner } = writer;
    this.#checkMayWork(writer, 'writes');
    const track = this.#tracks.get(taskName(job, task));
    const state = this.#cloud.state<TaskState>(taskName(job, task));
    const [first, last] = [records[0]?.index ?? 0, records.at(-1)?.index ?? 0];
    if (track === undefined || state === undefined) return;
    const isInside = first >= state.from && last < (state.to ?? Infinity);
    // Behind a checkpoint nothing is written again, and nothing is left out: at any time the beginning is there.
    if (!isInside || first < state.work.frontier || first > track.furthest + 1) {
      this.#violate(job, task, `${owner} writes records ${first} to ${last}: the frontier is ${state.work.frontier}, `);
    }
    track.furthest = Math.max(track.furthest, last);
  }

  /** Whether what is said of a task that is given up is so. */
  isToGiveUp(job: string, task: TaskName, run: number): boolean {
    const track = this.#tracks.get(taskName(job, task));
    if (track?.run !== run) return false;
    // Who holds a lease that is over has died, though nobody has taken it over.
    const isDead = this.#cloud.state<TaskState>(taskName(job, task))?.lease && this.leaseLeftMs({ job, task }) <= 0;
    return track.mostFailedStarts + (isDead ? 1 : 0) >= mostFailedStarts;
  }

  /** Whether a shift has ended so. */
  hasEnded(job: string, kind: Ended['kind']): boolean {
    return [...this.#ended.values()].some((one) => one.job === job && one.ended.kind === kind);
  }

  isSilent(job: string, task: TaskName): boolean {
    const track = this.#tracks.get(taskName(job, task));
    return track !== undefined && this.#simulation.nowMs - track.movedMs >= longestSilenceMs;
  }

  put(job: string, task: TaskName, lyingBefore: Lying | undefined, after: TaskState): void {
    const before = lyingBefore?.state as TaskState | undefined;
    const track = this.#track(job, task, after);
    if (before !== undefined) {
      this.#checkLease(job, task, before, after, track, lyingBefore?.lastModifiedMs ?? 0);
      if (after.work.frontier < before.work.frontier) this.#violate(job, task, 'the frontier goes back');
      if (before.isDone) this.#violate(job, task, 'it is put again, though it is done');
      if (after.from !== before.from || after.to !== before.to) this.#violate(job, task, 'it is another range');
    }
    if (after.failedStarts !== track.failedStarts) {
      this.#violate(job, task, `says ${after.failedStarts} failed starts, in truth ${track.failedStarts}`);
    }
    this.#checkWork(job, task, after);
  }

  #track(job: string, task: TaskName, { run, from }: TaskState): Track {
    const name = taskName(job, task);
    const { nowMs } = this.#simulation;
    const fresh = { run, failedStarts: 0, mostFailedStarts: 0, movedMs: nowMs, furthest: from - 1 };
    const track = this.#tracks.get(name) ?? fresh;
    this.#tracks.set(name, track);
    return track;
  }

  /** Whether the job was stopped before the task was put last: whoever did that has learned of it. */
  #isStoppedSinceBefore(job: string, task: TaskName): boolean {
    const putMs = this.#cloud.lying(taskName(job, task))?.lastModifiedMs ?? 0;
    return (this.#cloud.watch.stoppedMs(job) ?? Infinity) < putMs;
  }

  #checkLease(job: string, task: TaskName, before: TaskState, after: TaskState, track: Track, beforeMs: number): void {
    const { nowMs } = this.#simulation;
    const [old, now] = [before.lease, after.lease];
    if (now !== null && now.owner !== old?.owner) {
      if (old !== null) {
        if (nowMs < beforeMs + old.durationMs) this.#violate(job, task, `${now.owner} takes the lease of ${old.owner}`);
        this.#fail(track);
      }
      if (after.run !== track.run)
        Object.assign(track, { run: after.run, failedStarts: 0, mostFailedStarts: 0, movedMs: nowMs });
      else if (track.failedStarts >= mostFailedStarts) this.#violate(job, task, 'it is tried once more than it may be');
    }
    const stoppedMs = this.#cloud.watch.stoppedMs(job) ?? Infinity;
    if (now !== null && now.owner === old?.owner && stoppedMs < beforeMs) {
      this.#violate(job, task, `${now.owner} goes on, though the job is stopped`);
    }
    if (after.work.frontier > before.work.frontier) {
      track.failedStarts = 0;
      track.movedMs = nowMs;
    }
    if (now !== null && now.owner !== old?.owner && nowMs - track.movedMs > longestSilenceMs + lookMs) {
      this.#violate(job, task, 'it is tried though nothing was written for hours');
    }
    if (now === null) this.#checkGivenBack(job, task, old?.owner, after, track);
  }

  /** Whoever gives a lease back says what came of the work. */
  #checkGivenBack(job: string, task: TaskName, owner: string | undefined, after: TaskState, track: Track): void {
    if (owner === undefined) {
      this.#violate(job, task, 'it is put by somebody without a lease');
      return;
    }
    const ended = this.#ended.get(owner)?.ended;
    // How a cutter ended is known to itself alone; and a change that is none is a failure.
    const isUnknown = task === 'cut' || ended?.kind === 'changed';
    if (ended?.kind === 'failed' || (isUnknown && after.failedStarts > track.failedStarts)) this.#fail(track);
    if (task === 'cut') return;
    if (after.isDone !== (ended?.kind === 'done'))
      this.#violate(job, task, `done ${after.isDone}, the work ${ended?.kind}`);
    // Where the job could not be stopped first, that there was too much is found again.
    const isFoundAgain = ended?.kind === 'too many rejects' && after.work.frontier < ended.work.frontier;
    if (ended !== undefined && ended.work.frontier !== after.work.frontier && !isFoundAgain) {
      this.#violate(job, task, `it is handed over at ${after.work.frontier}, the work is at ${ended.work.frontier}`);
    }
  }

  #fail(track: Track): void {
    track.failedStarts++;
    track.mostFailedStarts = Math.max(track.mostFailedStarts, track.failedStarts);
  }

  #checkWork(job: string, task: TaskName, { from, to, work, isDone }: TaskState): void {
    const version = this.#cloud.versionOf(job);
    if (version === undefined) {
      this.#violate(job, task, 'there is no such version');
      return;
    }
    if (task === 'cut') {
      const last = work.acknowledged - 1;
      const isMade = last < 0 || this.#cloud.lying(taskName(job, last)) !== undefined;
      if (!isMade) this.#violate(job, task, `range ${last} is said to be made, and is not`);
      return;
    }
    const wrong = differenceOf(work.part.counts, truthOf(version.records, from, work.frontier));
    if (wrong !== undefined) this.#violate(job, task, wrong);
    const end = to ?? version.records.length;
    if (isDone && work.frontier !== end) this.#violate(job, task, `it is done at ${work.frontier} of ${end}`);
  }

  /** Only the holder of a lease that is not over works, and only on what the head names, or waits for. */
  #checkMayWork(writer: Writer, does: string): void {
    const { job, task, owner } = writer;
    if (this.leaseLeftMs(writer) < 0) this.#violate(job, task, `${owner} ${does} after its lease is over`);
    const state = this.#cloud.state<TaskState>(taskName(job, task));
    if (state?.lease?.owner !== owner) this.#violate(job, task, `${owner} ${does} without the lease`);
    const key = this.#cloud.versionOf(job)?.object.key ?? '';
    if (!this.#cloud.watch.isRemembered(key, job)) this.#violate(job, task, `${owner} ${does} though it is replaced`);
  }

  #violate(job: string, task: TaskName, text: string): void {
    this.#simulation.violate(`task ${nameOf(job, task)}: ${text}`);
  }
}
