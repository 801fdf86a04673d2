import { headName, jobName, openName, tasksFolder } from '../bucket/keys.ts';
import type { Held } from '../bucket/store.ts';
import { replaced } from '../state/decide.ts';
import { point, type HeadState } from '../state/head.ts';
import { jobIdOf, type ObjectVersion } from '../state/identity.ts';
import { newJob, stop, unsettled, type JobState } from '../state/job.ts';
import { leaseLeftMs } from '../state/lease.ts';
import type { TaskState } from '../state/task.ts';
import type { StepContext } from './steps/step.ts';

/**
 * Returns the head of a key, made to name the version that is the latest now.
 * @param job that the caller looks for; another one that is found gets a message of its own. Its event may come late, and if a
 * newer version was deleted there is none.
 * @returns undefined if there is neither a head nor an object.
 */
export async function updateHead(
  { ports, store }: StepContext,
  key: string,
  job: string | undefined,
): Promise<Held<HeadState> | undefined> {
  const name = headName(key);
  for (;;) {
    const head = await store.read<HeadState>(name);
    const object = await ports.bucket.head(key);
    if (object === undefined) return head;
    const pointed = point(head?.state, object);
    if (pointed === head?.state) return head;
    // Before the head: a job that is named is never overlooked.
    await store.make(openName(pointed.job), { key });
    const held = await (head === undefined ? store.make(name, pointed) : store.change(name, head, pointed));
    if (held === undefined) continue;
    if (job !== undefined && job !== pointed.job) await ports.queue.send({ job: pointed.job, key, task: undefined }, 0);
    return held;
  }
}

/** Returns whether no other version has taken the place of the job's. */
export async function isLatest({ ports }: StepContext, { id, object }: JobState): Promise<boolean> {
  const latest = await ports.bucket.head(object.key);
  return latest !== undefined && jobIdOf(latest) === id;
}

/**
 * Forgets earlier jobs once they hold nothing any more, each with a message that lets it end. Nobody will take a lease of one
 * later: whoever does reads the head after it. One that is not begun is ended at once: whoever comes late to begin it finds it so.
 * @returns ms for which one of them may still be worked on: then none is forgotten yet
 */
export async function forgetEarlier(
  context: StepContext,
  head: Held<HeadState>,
  key: string,
  nowMs: number,
): Promise<number> {
  const { ports, store } = context;
  const open: string[] = [];
  let longestMs = 0;
  for (const object of head.state.earlier) {
    const leftMs = await leaseLeftOf(context, object, nowMs);
    longestMs = Math.max(longestMs, leftMs ?? 0);
    if (leftMs !== undefined) open.push(jobIdOf(object));
  }
  if (longestMs > 0) return longestMs;
  for (const job of open) await ports.queue.send({ job, key, task: undefined }, 0);
  await store.change(headName(key), head, { ...head.state, earlier: [] });
  return 0;
}

/** ms for which the job of a version may still be worked on; undefined: it has ended. */
async function leaseLeftOf(
  { ports, store }: StepContext,
  object: ObjectVersion,
  nowMs: number,
): Promise<number | undefined> {
  const id = jobIdOf(object);
  const unbegun = stop(newJob(id, object, unsettled, nowMs), 'replaced', replaced);
  const job = (await store.read<JobState>(jobName(id))) ?? (await store.make(jobName(id), unbegun));
  if (job?.state.isPublished === true) return undefined;
  let longestMs = 0;
  for (const name of await ports.bucket.list(tasksFolder(id))) {
    const task = await store.read<TaskState>(name);
    if (task !== undefined) longestMs = Math.max(longestMs, leaseLeftMs(task.state.lease, task.ageMs));
  }
  return longestMs;
}
