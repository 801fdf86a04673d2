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

/** The stored state of the task that a message is about, with the versions needed to change it. */
export interface TaskSnapshot extends TaskView {
  readonly message: TaskMessage;
  readonly storedLatest: Versioned<LatestVersionState> | undefined;
  readonly task: Versioned<TaskState> | undefined;
}

/** The result of a step. If `outcome` is undefined, the task is read again. */
export interface StepResult {
  /** A few words for the log. */
  readonly outcome?: string;
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

/** Changes a job unless its next run has started since it was read. */
export async function changeJob(
  { store }: StepContext,
  { id, run }: JobState,
  change: (job: JobState) => JobState,
): Promise<void> {
  await store.update<JobState>(jobKey(id), (job) => (job.run === run ? change(job) : job));
}
