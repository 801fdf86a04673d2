import { retryingPrefix } from '../jobs/steps/work.ts';
import type { Message } from '../jobs/log.ts';
import { failureOf, type Failure } from '../state/failure.ts';
import type { JobSummary } from '../state/job-end.ts';
import { rejectFilesOf } from '../../load/summary.ts';
import { printable, printableLines } from '../../text/cells.ts';
import { formatCount, formatSeconds, plural } from '../../text/format.ts';
import type { Tally } from './tally.ts';

const states: Readonly<Record<JobSummary['state'], string>> = {
  done: 'loaded',
  rejects: 'stopped, too many rejected records',
  replaced: 'replaced by a newer version',
  gone: 'deleted before it was loaded',
  failed: 'failed',
};

/** Formats the summary of a job as one line, followed by the rejects and the error. */
export function summaryLines(summary: JobSummary): string[] {
  const { key, state, written, superseded, rejected, seconds, recordsPerSecond, error } = summary;
  const amount = `${plural(written + superseded, 'record')} in ${formatSeconds(seconds)}, ${formatCount(recordsPerSecond)} a second`;
  const [file, ...more] = rejectFilesOf(summary);
  return [
    `${printable(key)}: ${states[state]}; ${amount}${rejected === 0 ? '' : `, ${formatCount(rejected)} rejected`}`,
    ...(file === undefined ? [] : [`  rejects: ${file}${more.length === 0 ? '' : ` and ${more.length} more`}`]),
    ...(error === null ? [] : failureLines(error)),
  ];
}

/** Formats the number of finished jobs by their result. */
export function endingLine({ jobs: { done, withRejects, failed } }: Pick<Tally, 'jobs'>): string {
  const all = done + withRejects + failed;
  if (all === 0) return 'no jobs finished';
  const parts = [
    ...(done > 0 ? [`${formatCount(done)} loaded`] : []),
    ...(withRejects > 0 ? [`${formatCount(withRejects)} loaded with rejected records`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} not fully loaded`] : []),
  ];
  return `${plural(all, 'job')} finished: ${parts.join(', ')}`;
}

/** Formats a message that failed, is retried, is alien, or could not be changed in the queue. Others have no lines. */
export function troubleLines(message: Message): string[] {
  const { id, denied } = message;
  const lines = outcomeLines(message);
  return denied === undefined
    ? lines
    : [...lines, `message ${id} could not be changed in the queue`, ...failureLines(failureOf(denied))];
}

function outcomeLines({ id, receives, outcome }: Message): string[] {
  if (outcome.kind === 'alien')
    return [
      `message ${id} is not for this pipeline (${printable(outcome.why)}): returned to the queue until it becomes a dead letter, receive ${receives}`,
    ];
  if (outcome.kind === 'handled') {
    const retried = outcome.handled.map(({ outcome: text }) => text).filter((text) => text.startsWith(retryingPrefix));
    return retried.map((text) => `message ${id}: ${printableLines(text)}`);
  }
  return [`message ${id} failed and will be retried, receive ${receives}`, ...failureLines(failureOf(outcome.error))];
}

/** Formats an error, indented below the line that it belongs to. */
function failureLines({ code, message, hint }: Failure): string[] {
  const text = `${code}: ${printableLines(message)}${hint === null ? '' : `\nhint: ${printableLines(hint)}`}`;
  return text.split('\n').map((line) => `  ${line}`);
}
