import { jobKey } from '../../bucket/keys.ts';
import type { Versioned, Store } from '../../bucket/store.ts';
import type { TaskMessage } from '../../queue/messages.ts';
import type { JobStep, TaskView } from '../../state/decide.ts';
import type { LatestVersionState } from '../../state/latest-version.ts';
import type { JobSummary } from '../../state/job-end.ts';
import type { JobState } from '../../state/job.ts';
import type { TaskState } from '../../state/task.ts';
import type { RangeTotals } from '../../state/totals.ts';
import type { JobPorts } from '../ports.ts';

/** Dependencies of a step. */
export interface StepContext {
  readonly ports: JobPorts;
  readonly store: Store;
}

/**
 * States that were just read or written, with the ETags to change them: an outdated one costs a retry. The task was seen after the
 * job, because only then a stopped job and a task without a lease mean that no loader works on the task.
 */
export interface SeenStates {
  readonly latest?: Versioned<LatestVersionState> | undefined;
  readonly job?: Versioned<JobState> | undefined;
  readonly task?: Versioned<TaskState> | undefined;
}

/** The stored state of the task that a message is about. */
export interface TaskSnapshot extends TaskView {
  readonly message: TaskMessage;
  readonly seen: SeenStates;
}

/** The result of a step. If `outcome` is undefined, the next step follows. */
export interface StepResult {
  /** A few words for the log. */
  readonly outcome?: string;
  /** States that the next step does not have to read. */
  readonly seen?: SeenStates;
  /** Totals of the records loaded for this message; undefined if no load started. */
  readonly work?: RangeTotals | undefined;
  /** The summary, if this message ended the job. */
  readonly summary?: JobSummary | undefined;
}

/** The step with this name. */
export type StepOf<Name extends JobStep['do']> = Extract<JobStep, { readonly do: Name }>;

/** Sends the message again, to be received after `ms` or the maximum delay of SQS. */
export async function requeue(
  { ports }: StepContext,
  message: TaskMessage,
  ms: number,
  why: string,
): Promise<StepResult> {
  await ports.queue.send(message, ms);
  return { outcome: `waiting: ${why}` };
}

/** Changes a job unless its next run has started since it was seen. Its task must be read again. */
export async function changeJob(
  { store }: StepContext,
  { latest, job: before }: SeenStates,
  change: (job: JobState) => JobState,
): Promise<StepResult> {
  if (before === undefined) return {};
  const { id, run } = before.state;
  const changeRun = (current: JobState): JobState => (current.run === run ? change(current) : current);
  return { seen: { latest, job: await store.update(jobKey(id), changeRun, before) } };
}
