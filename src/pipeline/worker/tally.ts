import { exitStatus, worseExitStatus, type ExitStatus } from '../../errors.ts';
import { handedOver } from '../jobs/steps/work.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { MessageReport } from '../jobs/log.ts';

/** Totals of a worker. */
export class Tally {
  messages = 0;
  /** Messages that failed, or that the worker may not change in the queue. */
  failures = 0;
  readonly jobs = { done: 0, withRejects: 0, failed: 0 };
  /** Jobs that this worker worked on, and that did not end here. */
  readonly unended = new Set<string>();
  /** Jobs that this worker handed over, and that did not end here since. */
  readonly #handedOver = new Set<string>();
  #status: ExitStatus = exitStatus.done;

  /** @param isInterrupted Whether the worker was stopped: the tasks that it handed over are not done. */
  status(isInterrupted: boolean): ExitStatus {
    return isInterrupted && this.#handedOver.size > 0
      ? worseExitStatus(this.#status, exitStatus.interrupted)
      : this.#status;
  }

  /** Adds a message. @returns the summaries of the jobs that it ended. */
  add({ outcome, denied }: MessageReport): readonly JobSummary[] {
    this.messages++;
    if (outcome.kind === 'failed' || denied !== undefined) this.failures++;
    // The worker continues, but the user must fix its permissions.
    if (denied !== undefined) this.worsen(exitStatus.fatal);
    if (outcome.kind !== 'handled') return [];
    const summaries = outcome.handled.map(({ summary }) => summary).filter((summary) => summary !== undefined);
    for (const { job, work, outcome: text } of outcome.handled) {
      if (job === undefined) continue;
      if (work !== undefined) this.unended.add(job);
      if (text === handedOver) this.#handedOver.add(job);
    }
    for (const summary of summaries) this.addJob(summary);
    return summaries;
  }

  worsen(status: ExitStatus): void {
    this.#status = worseExitStatus(this.#status, status);
  }

  addJob({ job, exitStatus: status }: Pick<JobSummary, 'job' | 'exitStatus'>): void {
    this.unended.delete(job);
    this.#handedOver.delete(job);
    if (status === exitStatus.done) this.jobs.done++;
    else if (status === exitStatus.rejects) this.jobs.withRejects++;
    else this.jobs.failed++;
    this.worsen(status);
  }
}
