import { jobName } from '../../bucket/keys.ts';
import type { Store } from '../../bucket/store.ts';
import type { GoOn } from '../../queue/messages.ts';
import type { Step } from '../../state/decide.ts';
import type { JobSummary } from '../../state/job-end.ts';
import type { JobState } from '../../state/job.ts';
import type { Part } from '../../state/totals.ts';
import type { JobPorts } from '../ports.ts';

/** What carrying out a step takes. */
export interface StepContext {
  readonly ports: JobPorts;
  readonly store: Store;
}

/** What a step came to. If `outcome` is undefined, another look follows. */
export interface StepResult {
  readonly outcome?: string;
  readonly work?: Part;
  readonly summary?: JobSummary;
}

/** The step of this name. */
export type StepOf<Name extends Step['do']> = Extract<Step, { readonly do: Name }>;

/** SQS: the longest delay of a message. */
const longestDelayMs = 900_000;

/** Sends the message again: whoever receives it looks again. */
export async function sendAgain({ ports }: StepContext, message: GoOn, delayMs: number): Promise<void> {
  await ports.queue.send(message, Math.min(delayMs, longestDelayMs));
}

/** Sends the message again after `ms`; it is done with now. */
export async function waitAndLook(
  context: StepContext,
  message: GoOn,
  { ms, why }: { readonly ms: number; readonly why: string },
): Promise<StepResult> {
  await sendAgain(context, message, ms);
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
