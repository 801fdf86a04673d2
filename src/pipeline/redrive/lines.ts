import { printable } from '../../text/cells.ts';
import { plural } from '../../text/format.ts';
import type { Started } from './everything.ts';
import type { StartedOne } from './one.ts';

/** Of many jobs and files so many are named. */
const mostNamed = 20;

/** What people read of a redrive of everything. @param loadedBy null: `csv2ddb worker` */
export function startedLines(started: Started, loadedBy: string | null): string[] {
  const { deadLetters, alienDeadLetters, open, failed, files, forgotten } = started;
  const failedJobs = failed.map(({ job, key, run }) => `${key}, job ${job}, run ${run}`);
  const lines = [
    ...(deadLetters === 0 ? [] : [`sent ${plural(deadLetters, 'dead letter')} to the queue again`]),
    ...(open === 0 ? [] : [`sent the messages of ${plural(open, 'job')} again that had not ended`]),
    ...named(`started ${plural(failed.length, 'job')} again that had failed:`, failedJobs),
    ...named(`sent for ${plural(files.length, 'file')} that no job was of:`, files),
  ];
  const aliens = `${plural(alienDeadLetters, 'dead letter')} that ${alienDeadLetters === 1 ? 'is' : 'are'} none of csv2ddb's`;
  return [
    ...(lines.length === 0 ? ['nothing is to be started again'] : lines),
    ...(alienDeadLetters === 0 ? [] : [`${aliens}: left alone`]),
    ...(forgotten === 0
      ? []
      : [
          `${plural(forgotten, 'file')} older than 28 days: whether they were loaded is not known any more; name one to load it`,
        ]),
    ...(lines.length === 0 ? [] : [loaderLine(loadedBy)]),
  ];
}

/** What people read of a redrive of one job. */
export function startedOneLines({ job, key, started, run }: StartedOne, loadedBy: string | null): string[] {
  const what = {
    nothing: 'done, nothing is to be started again',
    run: `started again, run ${run ?? ''}`,
    messages: 'not ended; its messages were sent again',
    file: 'sent for',
  }[started];
  const line = `${printable(job === null ? key : `${key}, job ${job}`)}: ${what}`;
  return started === 'nothing' ? [line] : [line, loaderLine(loadedBy)];
}

function named(title: string, what: readonly string[]): string[] {
  if (what.length === 0) return [];
  const more = what.length - mostNamed;
  const shown = what.slice(0, mostNamed).map((one) => `  ${printable(one)}`);
  return [title, ...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}

function loaderLine(loadedBy: string | null): string {
  const loader = loadedBy === null ? 'csv2ddb worker' : `function ${loadedBy}`;
  return `${loader} loads what was started; csv2ddb status shows how it goes`;
}
