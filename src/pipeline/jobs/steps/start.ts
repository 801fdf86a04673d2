import { jobName, taskName } from '../../bucket/keys.ts';
import { failureOf } from '../../state/failure.ts';
import { jobIdOf, type ObjectVersion } from '../../state/identity.ts';
import { newJob, applySettings, stop, unsettled, type JobSettings, type JobState, type Stop } from '../../state/job.ts';
import { newTask, startWorkAt } from '../../state/task.ts';
import { dropEarlierVersions } from '../latest-version.ts';
import { classifyError } from '../range/outcome.ts';
import { changeJob, requeue, type TaskSnapshot, type StepContext, type StepOf, type StepResult } from './step.ts';

/** Creates the job of an object. */
export async function createJob(
  context: StepContext,
  object: ObjectVersion,
  { id, nowMs }: TaskSnapshot,
): Promise<StepResult> {
  const found = await findSettings(context, object);
  if (found === undefined) return {};
  const job = newJob(id, object, found.settings, nowMs);
  await context.store.make(jobName(id), stopIf(found.why, job));
  return {};
}

/** Reads the settings of a job again, which were invalid before. */
export async function resolveJobSettings(context: StepContext, job: JobState): Promise<StepResult> {
  const found = await findSettings(context, job.object);
  if (found === undefined) return {};
  const { settings, why } = found;
  await changeJob(context, job, (state) => (why === undefined ? applySettings(state, settings) : stopIf(why, state)));
  return {};
}

function stopIf(why: Stop | undefined, job: JobState): JobState {
  return why === undefined ? job : stop(job, why.kind, why.why);
}

/**
 * Reads the settings of an object. `why` is set if the object cannot be loaded.
 * @returns undefined if the object was replaced.
 * @throws errors that a retry may overcome.
 */
async function findSettings(
  { ports }: StepContext,
  object: ObjectVersion,
): Promise<{ readonly settings: JobSettings; readonly why?: Stop } | undefined> {
  try {
    return { settings: await ports.settle(object) };
  } catch (error) {
    const why = failureOf(error);
    const kind = classifyError(why.code);
    if (kind === 'hopeless') return { settings: unsettled, why: { kind: 'failed', why } };
    if (kind !== 'changed') throw error;
    const latest = await ports.bucket.head(object.key);
    if (latest === undefined) return { settings: unsettled, why: { kind: 'gone', why } };
    if (jobIdOf(latest) === jobIdOf(object)) throw error;
    return undefined;
  }
}

/** Waits for the leases of earlier jobs, then drops these jobs. */
export async function waitForEarlierVersions(
  context: StepContext,
  { storedLatest, message, nowMs }: TaskSnapshot,
): Promise<StepResult> {
  const ms = storedLatest === undefined ? 0 : await dropEarlierVersions(context, storedLatest, message.key, nowMs);
  if (ms === 0) return {};
  return requeue(context, message, ms, 'an earlier version is still loading');
}

/** Creates the first task of a job: the whole object as one range, or the cutting of the object. */
export async function createTask(
  { store }: StepContext,
  { job, name }: StepOf<'create task'>,
  { nowMs }: TaskSnapshot,
): Promise<StepResult> {
  const task = newTask({ run: job.run, from: 0, to: null, work: startWorkAt(0, null) }, nowMs);
  await store.make(taskName(job.id, name), task);
  return {};
}
