import { jobName } from '../../bucket/keys.ts';
import type { Held, Store } from '../../bucket/store.ts';
import type { GoOn } from '../../queue/messages.ts';
import type { Step, View } from '../../state/decide.ts';
import type { HeadState } from '../../state/head.ts';
import type { JobSummary } from '../../state/job-end.ts';
import type { JobState } from '../../state/job.ts';
import type { TaskState } from '../../state/task.ts';
import type { Part } from '../../state/totals.ts';
import type { JobPorts } from '../ports.ts';

/** What carrying out a step takes. */
export interface StepContext {
  readonly ports: JobPorts;
  readonly store: Store;
}

/** What lies in S3 of the task that a message is about, with what it takes to change it. */
export interface Seen extends View {
  readonly message: GoOn;
  readonly heldHead: Held<HeadState> | undefined;
  readonly task: Held<TaskState> | undefined;
}

/** What a step came to. If `outcome` is undefined, another look follows. */
export interface StepResult {
  /** In few words, for the log. */
  readonly outcome?: string;
  /** What was loaded for this message; undefined where nothing was tried. */
  readonly work?: Part | undefined;
  /** The summary, where this message ended the job. */
  readonly summary?: JobSummary | undefined;
}

/** The step of this name. */
export type StepOf<Name extends Step['do']> = Extract<Step, { readonly do: Name }>;

/** Sends the message again after `ms`, or as long as SQS delays it: whoever receives it looks again. It is done with now. */
export async function waitAndLook(
  { ports }: StepContext,
  message: GoOn,
  { ms, why }: { readonly ms: number; readonly why: string },
): Promise<StepResult> {
  await ports.queue.send(message, ms);
  return { outcome: `waits: ${why}` };
}

/** Changes a job in the run that was looked at: another one may have begun since. */
export async function changeJob(
  { store }: StepContext,
  { id, run }: JobState,
  change: (job: JobState) => JobState,
): Promise<void> {
  await store.update<JobState>(jobName(id), (job) => (job.run === run ? change(job) : job));
}
