import { headName, jobName, openName, tasksFolder } from '../bucket/keys.ts';
import type { Held, Store } from '../bucket/store.ts';
import { replaced } from '../state/decide.ts';
import { point, withoutEarlier, type HeadState } from '../state/head.ts';
import { jobIdOf, type ObjectVersion } from '../state/identity.ts';
import { newJob, stop, unsettled, type JobState } from '../state/job.ts';
import { leaseLeftMs } from '../state/lease.ts';
import type { TaskState } from '../state/task.ts';
import type { World } from './ports.ts';

/** What is the newest version of each key, and what those before it still hold. */
export class Heads {
  readonly #world: Pick<World, 'bucket' | 'queue'>;
  readonly #store: Store;

  constructor(world: Pick<World, 'bucket' | 'queue'>, store: Store) {
    this.#world = world;
    this.#store = store;
  }

  /**
   * The head of a key, made to name what is the newest version now.
   * @param job that somebody looks for; another one that is found gets a message of its own. Its event may come late, and
   * where a newer version was deleted there is none.
   * @returns undefined where there is neither a head nor an object.
   */
  async look(key: string, job: string | undefined): Promise<Held<HeadState> | undefined> {
    const { bucket, queue } = this.#world;
    const name = headName(key);
    for (;;) {
      const head = await this.#store.read<HeadState>(name);
      const object = await bucket.head(key);
      if (object === undefined) return head;
      const pointed = point(head?.state, object);
      if (pointed === head?.state) return head;
      // Before the head: a job that is named is never overlooked.
      await this.#store.make(openName(pointed.job), { key });
      const held = await (head === undefined
        ? this.#store.make(name, pointed)
        : this.#store.change(name, head, pointed));
      if (held === undefined) continue;
      if (job !== undefined && job !== pointed.job) await queue.send({ job: pointed.job, key, task: undefined }, 0);
      return held;
    }
  }

  /** Whether no other version has taken the place of this one. */
  async isNewest({ id, object }: JobState): Promise<boolean> {
    const newest = await this.#world.bucket.head(object.key);
    return newest !== undefined && jobIdOf(newest) === id;
  }

  /**
   * Forgets earlier jobs once they hold nothing any more, each with a message that lets it end. One that is not begun is ended
   * at once: whoever comes late to begin it finds it so.
   * @returns ms for which one of them may still be worked on: then none is forgotten yet
   */
  async forgetEarlier(head: Held<HeadState>, key: string, nowMs: number): Promise<number> {
    const open: string[] = [];
    let longestMs = 0;
    for (const object of head.state.earlier) {
      const id = jobIdOf(object);
      const leftMs = await this.#leaseLeft(id, object, nowMs);
      longestMs = Math.max(longestMs, leftMs ?? 0);
      if (leftMs !== undefined) open.push(id);
    }
    if (longestMs > 0) return longestMs;
    for (const job of open) await this.#world.queue.send({ job, key, task: undefined }, 0);
    await this.#store.change(headName(key), head, withoutEarlier(head.state));
    return 0;
  }

  /** ms for which somebody may still work on a job; undefined where it has ended. */
  async #leaseLeft(id: string, object: ObjectVersion, nowMs: number): Promise<number | undefined> {
    const unbegun = stop(newJob(id, object, unsettled, nowMs), 'replaced', replaced);
    const job = (await this.#store.read<JobState>(jobName(id))) ?? (await this.#store.make(jobName(id), unbegun));
    if (job?.state.isPublished === true) return undefined;
    let longestMs = 0;
    for (const name of await this.#world.bucket.list(tasksFolder(id))) {
      const task = await this.#store.read<TaskState>(name);
      if (task !== undefined) longestMs = Math.max(longestMs, leaseLeftMs(task.state.lease, task.ageMs));
    }
    return longestMs;
  }
}
