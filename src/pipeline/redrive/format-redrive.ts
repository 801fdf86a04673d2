import { toPrintable } from '../../text/cells.ts';
import { pluralize } from '../../text/format.ts';
import type { RedriveResult } from './redrive-all.ts';
import type { JobRedriveResult } from './redrive-by-name.ts';

/** Maximum number of jobs or files to print. */
const maxNamed = 20;

/** Formats the result of a redrive. @param loadedBy name of the function; null: a worker loads */
export function formatRedrive(result: RedriveResult, loadedBy: string | null): string[] {
  const { deadLetters, foreignDeadLetters, open, failed, files, expired } = result;
  const failedJobs = failed.map(({ job, key, run }) => `${key}, job ${job}, run ${run}`);
  const lines = [
    ...(deadLetters === 0 ? [] : [`sent ${pluralize(deadLetters, 'dead letter')} to the queue again`]),
    ...(open === 0 ? [] : [`sent new messages for ${pluralize(open, 'open job')}`]),
    ...namedLines(`resumed ${pluralize(failed.length, 'failed job')}:`, failedJobs),
    ...namedLines(`queued ${pluralize(files.length, 'file')} without a job:`, files),
  ];
  return [
    ...(lines.length === 0 ? ['nothing to resume'] : lines),
    ...(foreignDeadLetters === 0 ? [] : [`left ${pluralize(foreignDeadLetters, 'foreign dead letter')} in place`]),
    ...(expired === 0
      ? []
      : [`skipped ${pluralize(expired, 'file')} older than 28 days: state has expired; name a file to load it`]),
    ...(lines.length === 0 ? [] : [loaderLine(loadedBy)]),
  ];
}

/** Formats the result of a redrive of one job. */
export function formatJobRedrive({ job, key, started, run }: JobRedriveResult, loadedBy: string | null): string[] {
  const what = {
    nothing: 'done, nothing to resume',
    run: `resumed, run ${run ?? ''}`,
    messages: 'not ended, sent new messages',
    file: 'queued',
  }[started];
  const line = `${toPrintable(job === null ? key : `${key}, job ${job}`)}: ${what}`;
  return started === 'nothing' ? [line] : [line, loaderLine(loadedBy)];
}

function namedLines(title: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length - maxNamed;
  const shown = names.slice(0, maxNamed).map((name) => `  ${toPrintable(name)}`);
  return [title, ...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}

function loaderLine(loadedBy: string | null): string {
  const loader = loadedBy === null ? 'csv2ddb worker' : `function ${loadedBy}`;
  return `${loader} continues the load; csv2ddb status shows the progress`;
}
