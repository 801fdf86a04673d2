import { triedAgain } from '../jobs/steps/work.ts';
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
  gone: 'gone before it was loaded',
  failed: 'failed',
};

/** What people read of a job that has ended: one line, then what is wrong with it. */
export function summaryLines(summary: JobSummary): string[] {
  const { key, state, written, superseded, rejected, seconds, recordsPerSecond, error } = summary;
  const what = `${plural(written + superseded, 'record')} in ${formatSeconds(seconds)}, ${formatCount(recordsPerSecond)} a second`;
  const [file, ...more] = rejectFilesOf(summary);
  return [
    `${printable(key)}: ${states[state]}; ${what}${rejected === 0 ? '' : `, ${formatCount(rejected)} rejected`}`,
    ...(file === undefined ? [] : [`  rejects: ${file}${more.length === 0 ? '' : ` and ${more.length} more`}`]),
    ...(error === null ? [] : failureLines(error)),
  ];
}

/** What people read when it ends: so many jobs, by how they ended. */
export function endingLine({ jobs: { done, withRejects, failed } }: Pick<Tally, 'jobs'>): string {
  const all = done + withRejects + failed;
  if (all === 0) return 'ended; no job has ended here';
  const parts = [
    ...(done > 0 ? [`${formatCount(done)} loaded`] : []),
    ...(withRejects > 0 ? [`${formatCount(withRejects)} loaded but for rejected records`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} not loaded whole`] : []),
  ];
  return `ended; ${plural(all, 'job')}: ${parts.join(', ')}`;
}

/** What people read of a message that led to nothing, or that was not to be dealt with as it should; nothing of the others. */
export function troubleLines(message: Message): string[] {
  const { id, denied } = message;
  const lines = outcomeLines(message);
  return denied === undefined ? lines : [...lines, `message ${id} stays as it is`, ...failureLines(failureOf(denied))];
}

function outcomeLines({ id, receives, outcome }: Message): string[] {
  if (outcome.kind === 'alien')
    return [
      `message ${id} is none of ours (${printable(outcome.why)}): given back until it is a dead letter, receive ${receives}`,
    ];
  if (outcome.kind === 'handled') {
    const again = outcome.handled.map(({ outcome: what }) => what).filter((what) => what.startsWith(triedAgain));
    return again.map((what) => `message ${id}: ${printableLines(what)}`);
  }
  return [`message ${id} comes back, receive ${receives}`, ...failureLines(failureOf(outcome.error))];
}

/** Indented, as what they belong to stands above. */
function failureLines({ code, message, hint }: Failure): string[] {
  const text = `${code}: ${printableLines(message)}${hint === null ? '' : `\nhint: ${printableLines(hint)}`}`;
  return text.split('\n').map((line) => `  ${line}`);
}
