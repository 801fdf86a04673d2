import { retryingPrefix } from '../jobs/steps/work.ts';
import type { MessageReport } from '../jobs/log.ts';
import { toFailure, type Failure } from '../state/failure.ts';
import type { JobSummary } from '../state/job-end.ts';
import { listRejectFiles } from '../../load/summary.ts';
import { toPrintable, toPrintableLines } from '../../text/cells.ts';
import { formatCount, formatSeconds, pluralize } from '../../text/format.ts';
import type { Tally } from './tally.ts';

const states: Readonly<Record<JobSummary['state'], string>> = {
  done: 'loaded',
  rejects: 'stopped, too many rejected records',
  replaced: 'replaced by a newer version',
  gone: 'deleted before it was loaded',
  failed: 'failed',
};

/** Formats the summary of a job as one line, followed by the rejects and the error. */
export function formatJobSummary(summary: JobSummary): string[] {
  const { key, state, written, superseded, rejected, seconds, recordsPerSecond, error } = summary;
  const amount = `${pluralize(written + superseded, 'record')} in ${formatSeconds(seconds)}, ${formatCount(recordsPerSecond)} records/s`;
  const [file, ...more] = listRejectFiles(summary);
  return [
    `${toPrintable(key)}: ${states[state]}; ${amount}${rejected === 0 ? '' : `, ${formatCount(rejected)} rejected`}`,
    ...(file === undefined ? [] : [`  rejects: ${file}${more.length === 0 ? '' : ` and ${more.length} more`}`]),
    ...(error === null ? [] : failureLines(error)),
  ];
}

/** Formats the number of finished jobs by their result. */
export function formatFinishedJobs({ jobs: { done, withRejects, failed } }: Pick<Tally, 'jobs'>): string {
  const all = done + withRejects + failed;
  if (all === 0) return 'no jobs finished';
  const parts = [
    ...(done > 0 ? [`${formatCount(done)} loaded`] : []),
    ...(withRejects > 0 ? [`${formatCount(withRejects)} loaded with rejected records`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} not fully loaded`] : []),
  ];
  return `${pluralize(all, 'job')} finished: ${parts.join(', ')}`;
}

/** Formats a message that failed, is retried, is alien, or could not be changed in the queue. Others have no lines. */
export function formatMessageProblems(message: MessageReport): string[] {
  const { id, denied } = message;
  const lines = outcomeLines(message);
  return denied === undefined
    ? lines
    : [...lines, `message ${id} could not be changed in the queue`, ...failureLines(toFailure(denied))];
}

function outcomeLines({ id, receives, outcome }: MessageReport): string[] {
  if (outcome.kind === 'alien')
    return [
      `message ${id} is not for this pipeline (${toPrintable(outcome.why)}): returned to the queue until it becomes a dead letter, receive ${receives}`,
    ];
  if (outcome.kind === 'handled') {
    const retried = outcome.handled.map(({ outcome: text }) => text).filter((text) => text.startsWith(retryingPrefix));
    return retried.map((text) => `message ${id}: ${toPrintableLines(text)}`);
  }
  return [`message ${id} failed and will be retried, receive ${receives}`, ...failureLines(toFailure(outcome.error))];
}

/** Formats an error, indented below the line that it belongs to. */
function failureLines({ code, message, hint }: Failure): string[] {
  const text = `${code}: ${toPrintableLines(message)}${hint === null ? '' : `\nhint: ${toPrintableLines(hint)}`}`;
  return text.split('\n').map((line) => `  ${line}`);
}
