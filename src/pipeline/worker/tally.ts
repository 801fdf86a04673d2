import { exitStatus, worse, type ExitStatus } from '../../errors.ts';
import { handedOver } from '../jobs/steps/work.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { Message } from '../jobs/log.ts';

/** What a worker has come to. */
export class Tally {
  messages = 0;
  /** Messages that could not be dealt with, or not be deleted. */
  failures = 0;
  readonly jobs = { done: 0, withRejects: 0, failed: 0 };
  /** Jobs that something was loaded of here, and that have not ended here. */
  readonly unended = new Set<string>();
  /** Jobs that something was handed over of, and that have not ended here since. */
  readonly #handedOver = new Set<string>();
  #status: ExitStatus = exitStatus.done;

  /** @param isInterrupted whether it was told to stop: what it has handed over then is not done. */
  status(isInterrupted: boolean): ExitStatus {
    return isInterrupted && this.#handedOver.size > 0 ? worse(this.#status, exitStatus.interrupted) : this.#status;
  }

  add({ outcome, denied }: Message): readonly JobSummary[] {
    this.messages++;
    if (outcome.kind === 'failed' || denied !== undefined) this.failures++;
    // It goes on, but not as it should: whoever started it has to see to that.
    if (denied !== undefined) this.worsen(exitStatus.fatal);
    if (outcome.kind !== 'handled') return [];
    const summaries = outcome.handled.map(({ summary }) => summary).filter((summary) => summary !== undefined);
    for (const { job, work, outcome: what } of outcome.handled) {
      if (job === undefined) continue;
      if (work !== undefined) this.unended.add(job);
      if (what === handedOver) this.#handedOver.add(job);
    }
    for (const summary of summaries) this.addJob(summary);
    return summaries;
  }

  worsen(status: ExitStatus): void {
    this.#status = worse(this.#status, status);
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
