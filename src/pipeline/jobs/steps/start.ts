import { jobName, taskName } from '../../bucket/keys.ts';
import { failureOf } from '../../state/failure.ts';
import { jobIdOf, type ObjectVersion } from '../../state/identity.ts';
import { newJob, settle, stop, unsettled, type JobSettings, type JobState, type Stop } from '../../state/job.ts';
import { newTask, workFrom } from '../../state/task.ts';
import { forgetEarlier } from '../latest-version.ts';
import { endingOf } from '../range/outcome.ts';
import { changeJob, waitAndLook, type Seen, type StepContext, type StepOf, type StepResult } from './step.ts';

/** Makes the job of an object that none is known of. */
export async function makeJob(context: StepContext, object: ObjectVersion, { id, nowMs }: Seen): Promise<StepResult> {
  const found = await settingsOf(context, object);
  if (found === undefined) return {};
  const job = newJob(id, object, found.settings, nowMs);
  await context.store.make(jobName(id), stopIf(found.why, job));
  return {};
}

/** Looks for the settings of a job again, which could not be used before. */
export async function settleJob(context: StepContext, job: JobState): Promise<StepResult> {
  const found = await settingsOf(context, job.object);
  if (found === undefined) return {};
  const { settings, why } = found;
  await changeJob(context, job, (now) => (why === undefined ? settle(now, settings) : stopIf(why, now)));
  return {};
}

function stopIf(why: Stop | undefined, job: JobState): JobState {
  return why === undefined ? job : stop(job, why.kind, why.why);
}

/**
 * What an object is loaded with, or why it is not loaded; undefined where another version has taken its place.
 * @throws what another try may change
 */
async function settingsOf(
  { ports }: StepContext,
  object: ObjectVersion,
): Promise<{ readonly settings: JobSettings; readonly why?: Stop } | undefined> {
  try {
    return { settings: await ports.settle(object) };
  } catch (error) {
    const why = failureOf(error);
    const ending = endingOf(why.code);
    if (ending === 'hopeless') return { settings: unsettled, why: { kind: 'failed', why } };
    if (ending !== 'changed') throw error;
    const latest = await ports.bucket.head(object.key);
    if (latest === undefined) return { settings: unsettled, why: { kind: 'gone', why } };
    if (jobIdOf(latest) === jobIdOf(object)) throw error;
    return undefined;
  }
}

/** Waits for the leases that earlier jobs still hold; then forgets those jobs. */
export async function waitForEarlier(context: StepContext, { heldHead, message, nowMs }: Seen): Promise<StepResult> {
  const ms = heldHead === undefined ? 0 : await forgetEarlier(context, heldHead, message.key, nowMs);
  if (ms === 0) return {};
  return waitAndLook(context, message, { ms, why: 'an earlier version is still being loaded' });
}

/** Makes the task that a job begins with: the one range that is the whole object, or its cutting. */
export async function makeTask(
  { store }: StepContext,
  { job, name }: StepOf<'make task'>,
  { nowMs }: Seen,
): Promise<StepResult> {
  const task = newTask({ run: job.run, from: 0, to: null, work: workFrom(0, null) }, nowMs);
  await store.make(taskName(job.id, name), task);
  return {};
}
