import { jobName, taskName } from '../bucket/keys.ts';
import { Store } from '../bucket/store.ts';
import type { GoOn } from '../queue/messages.ts';
import { decide, type Step } from '../state/decide.ts';
import type { JobSummary } from '../state/job-end.ts';
import { firstTask, type JobState } from '../state/job.ts';
import type { TaskName, TaskState } from '../state/task.ts';
import { addParts, emptyPart, type Part } from '../state/totals.ts';
import { updateHead } from './latest-version.ts';
import type { JobPorts } from './ports.ts';
import { closeJob, publishEnd } from './steps/end.ts';
import { reportTask, stopJob } from './steps/report.ts';
import { makeJob, makeTask, settleJob, waitForEarlier } from './steps/start.ts';
import { waitAndLook, type Seen, type StepContext, type StepResult } from './steps/step.ts';
import { workOnTask } from './steps/work.ts';
import type { Terms } from './task-lease.ts';

/** What became of a message; it is done with. */
export interface Handled extends StepResult {
  readonly job: string | undefined;
  readonly task: TaskName | undefined;
  readonly outcome: string;
}

/** Looks at a task until nothing is left to do for its message: then the message is to be deleted. Where it throws, nothing is lost: the message comes back. */
export class Handler {
  readonly #context: StepContext;

  constructor(ports: JobPorts) {
    this.#context = { ports, store: new Store(ports.bucket, () => ports.token()) };
  }

  /** Something was put under this key. */
  async put(key: string, terms: Terms): Promise<Handled> {
    const head = await updateHead(this.#context, key, undefined);
    if (head === undefined) return { job: undefined, task: undefined, outcome: 'there is no such object' };
    return this.goOn({ job: head.state.job, key, task: undefined }, terms);
  }

  /** Looks at what lies in S3, takes the step that follows from it, and looks again, until a step says that it is done. */
  async goOn(message: GoOn, terms: Terms): Promise<Handled> {
    let work: Part | undefined;
    let summary: JobSummary | undefined;
    for (;;) {
      const seen = await look(this.#context, message);
      const result = await carryOut(this.#context, decide(seen), seen, terms);
      if (result.work !== undefined) work = addParts(work ?? emptyPart, result.work);
      summary = result.summary ?? summary;
      const { outcome } = result;
      if (outcome !== undefined) return { job: message.job, task: seen.name, outcome, work, summary };
    }
  }
}

async function look(context: StepContext, message: GoOn): Promise<Seen> {
  const { ports, store } = context;
  const { job: id, key } = message;
  const heldHead = await updateHead(context, key, id);
  const job = (await store.read<JobState>(jobName(id)))?.state;
  const name = message.task ?? (job && firstTask(job));
  const task = name === undefined ? undefined : await store.read<TaskState>(taskName(id, name));
  return { message, id, name, heldHead, head: heldHead?.state, job, task, nowMs: ports.clock.nowMs() };
}

async function carryOut(context: StepContext, step: Step, seen: Seen, terms: Terms): Promise<StepResult> {
  switch (step.do) {
    case 'drop':
      await closeJob(context, seen);
      return { outcome: step.why };
    case 'wait':
      return waitAndLook(context, seen.message, step);
    case 'make job':
      return makeJob(context, step.object, seen);
    case 'settle':
      return settleJob(context, step.job);
    case 'look at earlier jobs':
      return waitForEarlier(context, seen);
    case 'make task':
      return makeTask(context, step, seen);
    case 'stop':
      return stopJob(context, step);
    case 'report':
      return reportTask(context, step, seen);
    case 'publish':
      return publishEnd(context, step.job, seen);
    case 'work':
      return workOnTask(context, step, seen, terms);
  }
}
