import { cutIntoRanges } from './range/cutting.ts';
import { endedBy, endingOf } from './range/outcome.ts';
import { jobIdOf, type ObjectVersion } from '../state/identity.ts';
import type { GoOn } from '../queue/messages.ts';
import { jobName, openName, summaryName, taskName } from '../bucket/keys.ts';
import { Heads } from './newest-version.ts';
import { TaskShift, type Terms } from './task-lease.ts';
import { decide, type Step, type View } from '../state/decide.ts';
import type { HeadState } from '../state/head.ts';
import {
  cut,
  firstTask,
  hasReported,
  isComplete,
  newJob,
  published,
  report,
  settle,
  stop,
  summaryOf,
  unsettled,
  type JobSettings,
  type JobState,
  type JobSummary,
  type Stop,
  type StopKind,
} from '../state/job.ts';
import { addParts, emptyPart, partSince, type Part } from '../state/totals.ts';
import { failureOf, newTask, type Failure, type TaskName, type TaskState, type Work } from '../state/task.ts';
import { Store, type Held } from '../bucket/store.ts';
import type { Ended, World } from './ports.ts';

/** A delay of SQS at most. */
const longestDelayMs = 900_000;
/** What is said of a task that another one goes on with. */
export const handedOver = 'handed over';
/** What is said of a task that is begun anew after a while begins so. */
export const triedAgain = 'failed, is tried again: ';

const unbegun: Work = { frontier: 0, acknowledged: 0, checkpoint: null, part: emptyPart };

/** So long after its summary was made, whoever was to tell of the end has done so, or will not. */
const publishMs = 5_000;

/** After a start that failed. */
const retryMs = 60_000;

/** What became of a message; it is done with. */
export interface Handled {
  readonly job: string | undefined;
  readonly task: TaskName | undefined;
  /** In few words, for the log. */
  readonly outcome: string;
  /** What was loaded for this message; undefined where nothing was tried. */
  readonly work: Part | undefined;
  /** The summary, where this message ended the job. */
  readonly summary: JobSummary | undefined;
}

/** Looks at a task until nothing is left to do for its message: then the message is to be deleted. Where it throws, nothing is lost: the message comes back. */
export class Handler {
  readonly #world: World;
  readonly #store: Store;
  readonly #heads: Heads;

  constructor(world: World) {
    this.#world = world;
    this.#store = new Store(world.bucket, () => world.token());
    this.#heads = new Heads(world, this.#store);
  }

  /** Something was put under this key. */
  async put(key: string, terms: Terms): Promise<Handled> {
    const head = await this.#heads.look(key, undefined);
    if (head === undefined) {
      const outcome = 'there is no such object';
      return { job: undefined, task: undefined, outcome, work: undefined, summary: undefined };
    }
    return this.goOn({ job: head.state.job, key, task: undefined }, terms);
  }

  async goOn(message: GoOn, terms: Terms): Promise<Handled> {
    let work: Part | undefined;
    let summary: JobSummary | undefined;
    for (;;) {
      const seen = await this.#see(message);
      const said = await this.#take(decide(seen.view), seen, terms);
      if (said.work !== undefined) work = addParts(work ?? emptyPart, said.work);
      summary = said.summary ?? summary;
      const { outcome } = said;
      if (outcome !== undefined) return { job: message.job, task: seen.view.name, outcome, work, summary };
    }
  }

  async #see({ job: id, key, task }: GoOn): Promise<Seen> {
    const head = await this.#heads.look(key, id);
    const job = await this.#store.read<JobState>(jobName(id));
    const name = task ?? (job && firstTask(job.state));
    const held = name === undefined ? undefined : await this.#store.read<TaskState>(taskName(id, name));
    const nowMs = this.#world.clock.nowMs();
    return {
      message: { job: id, key, task },
      head,
      job,
      task: held,
      view: { id, name, head: head?.state, job: job?.state, task: held, nowMs },
    };
  }

  /** Takes a step; it says something where the message is done with. */
  async #take(step: Step, seen: Seen, terms: Terms): Promise<Said> {
    const { message, view } = seen;
    switch (step.do) {
      case 'drop':
        await this.#close(view);
        return { outcome: step.why };
      case 'wait':
        await this.#sendAgain(message, step.ms);
        return { outcome: `waits: ${step.why}` };
      case 'make job':
        await this.#makeJob(view);
        return {};
      case 'settle':
        await this.#settle(view);
        return {};
      case 'look at earlier jobs':
        return this.#lookAtEarlier(seen);
      case 'make task':
        await this.#makeTask(view);
        return {};
      case 'stop':
        if (view.job !== undefined) await this.#stop(view.job, step.kind, step.why);
        return {};
      case 'report':
        await this.#report(view, message.key);
        return {};
      case 'publish':
        return this.#publish(view, message);
      case 'work':
        return this.#work(seen, terms);
    }
  }

  async #makeJob({ id, head, nowMs }: View): Promise<void> {
    const found = head && (await this.#settingsOf(head.object));
    if (head === undefined || found === undefined) return;
    const job = newJob(id, head.object, found.settings, nowMs);
    const { why } = found;
    await this.#store.make(jobName(id), why === undefined ? job : stop(job, why.kind, why.why));
  }

  async #settle({ job }: View): Promise<void> {
    const found = job && (await this.#settingsOf(job.object));
    if (job === undefined || found === undefined) return;
    const { settings, why } = found;
    await this.#change(job, (now) => (why === undefined ? settle(now, settings) : stop(now, why.kind, why.why)));
  }

  /**
   * What an object is loaded with, or why it is not loaded; undefined where another version has taken its place.
   * @throws what another try may change
   */
  async #settingsOf(object: ObjectVersion): Promise<{ settings: JobSettings; why?: Stop } | undefined> {
    try {
      return { settings: await this.#world.settle(object) };
    } catch (error) {
      const why = failureOf(error);
      const ending = endingOf(why.code);
      if (ending === 'hopeless') return { settings: unsettled, why: { kind: 'failed', why } };
      if (ending !== 'changed') throw error;
      const newest = await this.#world.bucket.head(object.key);
      if (newest === undefined) return { settings: unsettled, why: { kind: 'gone', why } };
      if (jobIdOf(newest) === jobIdOf(object)) throw error;
      return undefined;
    }
  }

  async #makeTask({ id, job, name, nowMs }: View): Promise<void> {
    if (job === undefined || name === undefined) return;
    await this.#store.make(taskName(id, name), newTask(job.run, 0, null, unbegun, nowMs));
  }

  /** What earlier jobs still hold is waited for; then they are forgotten. */
  async #lookAtEarlier({ head, message, view }: Seen): Promise<Said> {
    const leftMs = head === undefined ? 0 : await this.#heads.forgetEarlier(head, message.key, view.nowMs);
    if (leftMs === 0) return {};
    await this.#sendAgain(message, leftMs);
    return { outcome: 'waits: an earlier version is still being loaded' };
  }

  /** In the run that was looked at: another one may have begun since. */
  async #change({ id, run }: JobState, change: (job: JobState) => JobState): Promise<void> {
    await this.#store.update<JobState>(jobName(id), (job) => (job.run === run ? change(job) : job));
  }

  async #stop(job: JobState, kind: StopKind, why: Failure): Promise<void> {
    // One that is complete has come to its end, though nobody has told it yet.
    await this.#change(job, (now) => (isComplete(now) ? now : stop(now, kind, why)));
  }

  /** A task that was never made, of a job that was stopped, is reported as one that did nothing. */
  async #report({ id, name, job, task }: View, key: string): Promise<void> {
    if (job === undefined || name === undefined) return;
    const { isDone, work } = task?.state ?? { isDone: false, work: unbegun };
    if (name === 'cut') {
      const known = work.acknowledged;
      const ranges = isDone ? known : await this.#rangesMade(id, key, known);
      await this.#change(job, (now) => cut(now, ranges, isDone));
      return;
    }
    const told = { isDone, part: work.part };
    await this.#change(job, (now) => (hasReported(now, name) ? now : report(now, name, told)));
  }

  /** The last one may have been made before whoever cut came to say so, or to send its message. */
  async #rangesMade(id: string, key: string, known: number): Promise<number> {
    const next = await this.#store.read<TaskState>(taskName(id, known));
    if (next === undefined) return known;
    await this.#world.queue.send({ job: id, key, task: known }, 0);
    return known + 1;
  }

  /**
   * In this order: whoever dies in between leaves it to the next, and a summary is made once. Ranges that end at the same time
   * all come here: who made the summary tells of it, the others look again when that should be done.
   */
  async #publish({ id, head, job, nowMs }: View, message: GoOn): Promise<Said> {
    if (job === undefined) return {};
    const place = summaryName(id, job.run);
    const made = await this.#store.make(place, summaryOf(job, this.#world.table, nowMs));
    const found = made ?? (await this.#store.read<JobSummary>(place));
    if (found === undefined) return {};
    if (made === undefined && found.ageMs < publishMs) {
      await this.#sendAgain(message, publishMs - found.ageMs);
      return { outcome: 'waits: somebody tells of the end' };
    }
    await this.#world.publish(found.state);
    const mark = { isMine: false };
    await this.#change(job, (now) => {
      mark.isMine = !now.isPublished;
      return mark.isMine ? published(now) : now;
    });
    // The newer one may wait until leases of this one would have ended; they are given back by now.
    if (head?.earlier.some((object) => jobIdOf(object) === id) === true) {
      await this.#world.queue.send({ job: head.job, key: message.key, task: undefined }, 0);
    }
    return mark.isMine ? { summary: found.state } : {};
  }

  /** A job that has ended is not looked for any more, nor is one that never came to begin and that nobody knows. */
  async #close({ id, job, head }: View): Promise<void> {
    const isKnown = head !== undefined && [head.object, ...head.earlier].some((object) => jobIdOf(object) === id);
    if (job?.isPublished !== true && (job !== undefined || isKnown)) return;
    await this.#world.bucket.remove(openName(id));
    // Somebody may have begun another run of it meanwhile.
    const now = await this.#store.read<JobState>(jobName(id));
    if (now?.state.isPublished === false) await this.#store.make(openName(id), { key: now.state.object.key });
  }

  async #work(seen: Seen, terms: Terms): Promise<Said> {
    const { job, task, view, message } = seen;
    if (job === undefined || task === undefined || view.name === undefined) return {};
    const world = this.#world;
    const { name } = view;
    const shift = await TaskShift.begin(this.#store, world.clock, job.state, name, task, world.token(), terms);
    if (shift === undefined) return {};
    const before = shift.task.work;
    let ended: Ended = { kind: 'stopped', work: before };
    if (shift.why === undefined) {
      const given = { job: shift.job, name, task: shift.task, stop: shift.stop, save: shift.save.bind(shift) };
      ended = await (name === 'cut' ? cutIntoRanges(given, this.#store, world) : world.load(given)).catch(
        (error: unknown) => endedBy(error, shift.task.work),
      );
    }
    // What could not be read though it is there may be read another time; so may what nobody says it of.
    if (ended.kind === 'changed' && (await this.#heads.isNewest(job.state).catch(() => true))) {
      ended = { ...ended, kind: 'failed' };
    }
    await this.#giveBack(shift, ended);
    return { ...(await this.#after(ended, shift, message)), work: partSince(before.part, ended.work.part) };
  }

  /** The job is stopped first: whoever came in between would go on, and not know that it was too much. */
  async #giveBack(shift: TaskShift, ended: Ended): Promise<void> {
    try {
      if (ended.kind === 'too many rejects') await this.#stop(shift.job, 'rejects', ended.why);
    } catch (error) {
      await shift.close({ kind: 'stopped', work: shift.task.work });
      throw error;
    }
    await shift.close(ended);
  }

  /** What follows from how the work ended; another look where nothing is said. */
  async #after(ended: Ended, shift: TaskShift, message: GoOn): Promise<Said> {
    const { job } = shift;
    switch (ended.kind) {
      case 'done':
      case 'too many rejects':
        return {};
      case 'stopped':
        if (shift.why !== 'told to' && shift.why !== 'lease over') return {};
        await this.#sendAgain(message, 0);
        return { outcome: handedOver };
      case 'changed': {
        const head = await this.#heads.look(message.key, job.id);
        if (head?.state.job !== job.id) return {};
        await this.#stop(job, 'gone', ended.why);
        return {};
      }
      case 'hopeless':
        await this.#stop(job, 'failed', ended.why);
        return {};
      case 'failed':
        await this.#sendAgain(message, retryMs);
        return { outcome: `${triedAgain}${ended.why.message}` };
    }
  }

  async #sendAgain(message: GoOn, delayMs: number): Promise<void> {
    await this.#world.queue.send(message, Math.min(delayMs, longestDelayMs));
  }
}

interface Seen {
  readonly message: GoOn;
  readonly view: View;
  readonly head: Held<HeadState> | undefined;
  readonly job: Held<JobState> | undefined;
  readonly task: Held<TaskState> | undefined;
}

/** Where `outcome` is undefined, another look follows. */
interface Said {
  readonly outcome?: string;
  readonly work?: Part;
  readonly summary?: JobSummary | undefined;
}
