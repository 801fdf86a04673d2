import { printable } from '../../text/cells.ts';
import { plural } from '../../text/format.ts';
import type { RedriveResult } from './everything.ts';
import type { JobRedriveResult } from './one.ts';

/** Maximum number of jobs or files to print. */
const maxNamed = 20;

/** Formats the result of a redrive. @param loadedBy name of the function; null: a worker loads */
export function startedLines(result: RedriveResult, loadedBy: string | null): string[] {
  const { deadLetters, foreignDeadLetters, open, failed, files, expired } = result;
  const failedJobs = failed.map(({ job, key, run }) => `${key}, job ${job}, run ${run}`);
  const lines = [
    ...(deadLetters === 0 ? [] : [`sent ${plural(deadLetters, 'dead letter')} to the queue again`]),
    ...(open === 0 ? [] : [`sent new messages for ${plural(open, 'open job')}`]),
    ...namedLines(`retried ${plural(failed.length, 'failed job')}:`, failedJobs),
    ...namedLines(`queued ${plural(files.length, 'file')} without a job:`, files),
  ];
  return [
    ...(lines.length === 0 ? ['nothing to retry'] : lines),
    ...(foreignDeadLetters === 0 ? [] : [`left ${plural(foreignDeadLetters, 'foreign dead letter')} in place`]),
    ...(expired === 0
      ? []
      : [`skipped ${plural(expired, 'file')} older than 28 days: state has expired; name a file to load it`]),
    ...(lines.length === 0 ? [] : [loaderLine(loadedBy)]),
  ];
}

/** Formats the result of a redrive of one job. */
export function startedOneLines({ job, key, started, run }: JobRedriveResult, loadedBy: string | null): string[] {
  const what = {
    nothing: 'done, nothing to retry',
    run: `retried, run ${run ?? ''}`,
    messages: 'not ended, sent new messages',
    file: 'queued',
  }[started];
  const line = `${printable(job === null ? key : `${key}, job ${job}`)}: ${what}`;
  return started === 'nothing' ? [line] : [line, loaderLine(loadedBy)];
}

function namedLines(title: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length - maxNamed;
  const shown = names.slice(0, maxNamed).map((name) => `  ${printable(name)}`);
  return [title, ...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}

function loaderLine(loadedBy: string | null): string {
  const loader = loadedBy === null ? 'csv2ddb worker' : `function ${loadedBy}`;
  return `${loader} continues the load; csv2ddb status shows the progress`;
}
