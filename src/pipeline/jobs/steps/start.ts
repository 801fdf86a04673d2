import { jobKey, taskKey } from '../../bucket/keys.ts';
import { toFailure } from '../../state/failure.ts';
import { getJobId, type ObjectVersion } from '../../state/identity.ts';
import {
  newJob,
  applySettings,
  markStopped,
  noSettings,
  type JobSettings,
  type JobState,
  type JobStop,
} from '../../state/job.ts';
import { newTask, startWorkAt } from '../../state/task.ts';
import { dropEarlierVersions } from '../latest-version.ts';
import { classifyError } from '../range/task-result.ts';
import { changeJob, requeue, type TaskSnapshot, type StepContext, type StepOf, type StepResult } from './step.ts';

/** Creates the job of an object. */
export async function createJob(
  context: StepContext,
  object: ObjectVersion,
  { id, seen, nowMs }: TaskSnapshot,
): Promise<StepResult> {
  const found = await findSettings(context, object);
  if (found === undefined) return {};
  const job = newJob(id, object, found.settings, nowMs);
  const created = await context.store.create(jobKey(id), stopIf(found.why, job));
  return { seen: { latest: seen.latest, job: created } };
}

/** Reads the settings of a job again, which were invalid before. */
export async function resolveJobSettings(
  context: StepContext,
  job: JobState,
  { seen }: TaskSnapshot,
): Promise<StepResult> {
  const found = await findSettings(context, job.object);
  if (found === undefined) return {};
  const { settings, why } = found;
  return changeJob(context, seen, (state) => (why === undefined ? applySettings(state, settings) : stopIf(why, state)));
}

function stopIf(why: JobStop | undefined, job: JobState): JobState {
  return why === undefined ? job : markStopped(job, why.kind, why.why);
}

/**
 * Reads the settings of an object. `why` is set if the object cannot be loaded.
 * @returns undefined if the object was replaced.
 * @throws errors that a retry may overcome.
 */
async function findSettings(
  { ports }: StepContext,
  object: ObjectVersion,
): Promise<{ readonly settings: JobSettings; readonly why?: JobStop } | undefined> {
  try {
    return { settings: await ports.resolveSettings(object) };
  } catch (error) {
    const why = toFailure(error);
    const kind = classifyError(why.code);
    if (kind === 'hopeless') return { settings: noSettings, why: { kind: 'failed', why } };
    if (kind !== 'changed') throw error;
    const latest = await ports.bucket.findLatest(object.key);
    if (latest === undefined) return { settings: noSettings, why: { kind: 'gone', why } };
    if (getJobId(latest) === getJobId(object)) throw error;
    return undefined;
  }
}

/** Waits for the leases of earlier jobs, then drops these jobs. */
export async function waitForEarlierVersions(
  context: StepContext,
  { seen: { latest }, message, nowMs }: TaskSnapshot,
): Promise<StepResult> {
  const ms = latest === undefined ? 0 : await dropEarlierVersions(context, latest, message.key, nowMs);
  if (ms === 0) return {};
  return requeue(context, message, ms, 'an earlier version is still loading');
}

/** Creates the first task of a job: the whole object as one range, or the cutting of the object. */
export async function createTask(
  { store }: StepContext,
  { job, name }: StepOf<'create task'>,
  { seen, nowMs }: TaskSnapshot,
): Promise<StepResult> {
  const task = newTask({ run: job.run, from: 0, to: null, work: startWorkAt(0, null) }, nowMs);
  return { seen: { ...seen, task: await store.create(taskKey(job.id, name), task) } };
}
