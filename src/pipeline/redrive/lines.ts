import { printable } from '../../text/cells.ts';
import { plural } from '../../text/format.ts';
import type { Started } from './everything.ts';
import type { StartedOne } from './one.ts';

/** Of many jobs and files so many are named. */
const mostNamed = 20;

/** What people read of a redrive of everything. @param loadedBy null: `csv2ddb worker` */
export function startedLines(started: Started, loadedBy: string | null): string[] {
  const { deadLetters, alienDeadLetters, open, failed, files, forgotten } = started;
  const lines = [
    ...(deadLetters === 0 ? [] : [`sent ${plural(deadLetters, 'dead letter')} to the queue again`]),
    ...(open === 0 ? [] : [`sent the messages of ${plural(open, 'job')} again that had not ended`]),
    ...named(
      failed.map(({ job, key, run }) => `${key}, job ${job}, run ${run}`),
      (count) => `started ${plural(count, 'job')} again that had failed:`,
    ),
    ...named(files, (count) => `sent for ${plural(count, 'file')} that no job was of:`),
  ];
  const isNothing = lines.length === 0;
  if (isNothing) lines.push('nothing is to be started again');
  if (alienDeadLetters > 0)
    lines.push(
      `${plural(alienDeadLetters, 'dead letter')} that ${alienDeadLetters === 1 ? 'is' : 'are'} none of csv2ddb's: left alone`,
    );
  if (forgotten > 0) {
    lines.push(
      `${plural(forgotten, 'file')} older than 28 days: whether they were loaded is not known any more; name one to load it`,
    );
  }
  return isNothing ? lines : [...lines, loaderLine(loadedBy)];
}

/** What people read of a redrive of one job. */
export function startedOneLines({ job, key, started, run }: StartedOne, loadedBy: string | null): string[] {
  const what = printable(job === null ? key : `${key}, job ${job}`);
  switch (started) {
    case 'nothing':
      return [`${what}: done, nothing is to be started again`];
    case 'run':
      return [`${what}: started again, run ${run ?? ''}`, loaderLine(loadedBy)];
    case 'messages':
      return [`${what}: not ended; its messages were sent again`, loaderLine(loadedBy)];
    case 'file':
      return [`${what}: sent for`, loaderLine(loadedBy)];
  }
}

function named(what: readonly string[], title: (count: number) => string): string[] {
  if (what.length === 0) return [];
  const more = what.length - mostNamed;
  const shown = what.slice(0, mostNamed).map((one) => `  ${printable(one)}`);
  return [title(what.length), ...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}

function loaderLine(loadedBy: string | null): string {
  const loader = loadedBy === null ? 'csv2ddb worker' : `function ${loadedBy}`;
  return `${loader} loads what was started; csv2ddb status shows how it goes`;
}
