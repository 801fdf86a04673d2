import { jobKey, taskKey } from '../bucket/keys.ts';
import { Store } from '../bucket/store.ts';
import type { TaskMessage } from '../queue/messages.ts';
import { decide, type JobStep } from '../state/decide.ts';
import type { JobSummary } from '../state/job-end.ts';
import { getFirstTask, hasReported, type JobState } from '../state/job.ts';
import type { TaskName, TaskState } from '../state/task.ts';
import { addTotals, zeroTotals, type RangeTotals } from '../state/totals.ts';
import { updateLatestVersion } from './latest-version.ts';
import type { JobPorts } from './ports.ts';
import { closeJob, publishEnd } from './steps/end.ts';
import { reportTask, stopJob } from './steps/report.ts';
import { createJob, createTask, resolveJobSettings, waitForEarlierVersions } from './steps/start.ts';
import { requeue, type SeenStates, type TaskSnapshot, type StepContext, type StepResult } from './steps/step.ts';
import { workOnTask } from './steps/work.ts';
import type { LeaseTerms } from './task-lease.ts';

/** The result of a message that is handled and can be deleted. */
export interface HandledTask extends StepResult {
  readonly job: string | undefined;
  readonly task: TaskName | undefined;
  readonly outcome: string;
}

/**
 * Runs the steps that a message leads to until nothing is left to do for it. If a method throws, nothing is lost: the message
 * returns to the queue.
 */
export class Handler {
  readonly #context: StepContext;

  constructor(ports: JobPorts) {
    this.#context = { ports, store: new Store(ports.bucket, () => ports.token()) };
  }

  /** Handles an event: an object was put under this key. */
  async handleObject(key: string, terms: LeaseTerms): Promise<HandledTask> {
    const latest = await updateLatestVersion(this.#context, key, undefined);
    if (latest === undefined) return { job: undefined, task: undefined, outcome: 'the object does not exist' };
    return this.handleTask({ job: latest.state.job, key, task: undefined }, terms, { latest });
  }

  /**
   * Runs the next step for the state in S3, until a step has an outcome.
   * @param seen States that the caller just read or wrote.
   */
  async handleTask(message: TaskMessage, terms: LeaseTerms, seen: SeenStates = {}): Promise<HandledTask> {
    let work: RangeTotals | undefined;
    let summary: JobSummary | undefined;
    for (let known = seen; ;) {
      const snapshot = await readSnapshot(this.#context, message, known);
      const result = await runStep(this.#context, decide(snapshot), snapshot, terms);
      known = result.seen ?? {};
      if (result.work !== undefined) work = addTotals(work ?? zeroTotals, result.work);
      summary = result.summary ?? summary;
      const { outcome } = result;
      if (outcome !== undefined) return { job: message.job, task: snapshot.name, outcome, work, summary };
    }
  }
}

/** Reads the states that are not known, the task after the job (see `SeenStates`). A task that has reported is not needed. */
async function readSnapshot(context: StepContext, message: TaskMessage, known: SeenStates): Promise<TaskSnapshot> {
  const { ports, store } = context;
  const { job: id, key } = message;
  const latest = known.latest ?? (await updateLatestVersion(context, key, id));
  const storedJob = known.job ?? (await store.read<JobState>(jobKey(id)));
  const job = storedJob?.state;
  const name = message.task ?? (job && getFirstTask(job));
  const isNeeded = name !== undefined && !(job !== undefined && hasReported(job, name));
  const task = known.task ?? (isNeeded ? await store.read<TaskState>(taskKey(id, name)) : undefined);
  const seen = { latest, job: storedJob, task };
  return { message, id, name, seen, latest: latest?.state, job, task, nowMs: ports.clock.nowMs() };
}

async function runStep(
  context: StepContext,
  step: JobStep,
  snapshot: TaskSnapshot,
  terms: LeaseTerms,
): Promise<StepResult> {
  switch (step.do) {
    case 'drop':
      await closeJob(context, snapshot);
      return { outcome: step.why };
    case 'wait':
      return requeue(context, snapshot.message, step.ms, step.why);
    case 'create job':
      return createJob(context, step.object, snapshot);
    case 'resolve settings':
      return resolveJobSettings(context, step.job, snapshot);
    case 'wait for earlier versions':
      return waitForEarlierVersions(context, snapshot);
    case 'create task':
      return createTask(context, step, snapshot);
    case 'stop':
      return stopJob(context, snapshot.seen, step);
    case 'report':
      return reportTask(context, step, snapshot);
    case 'publish':
      return publishEnd(context, step.job, snapshot);
    case 'work':
      return workOnTask(context, step, snapshot, terms);
  }
}
