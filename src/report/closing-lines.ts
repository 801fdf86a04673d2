import type { ErrorCode } from '../errors.ts';
import { exitStatus } from '../errors.ts';
import { mostRecordMiB } from '../load/limits.ts';
import { printable } from '../text/cells.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../text/format.ts';
import { reasonsPath, rejectFilesOf, type Summary } from '../load/summary.ts';

/** The commands that an ending may offer, ready to be copied. */
export interface Commands {
  /** The same job, from its checkpoint, with a limit raised. */
  resume(raised?: { readonly maxErrors?: string; readonly maxRecordBytes?: string }): string;
  /** Reject files, loaded in place of the sources. */
  load(rejectFiles: readonly string[]): string;
  /** Shows what was loaded into the embedded DynamoDB; undefined for another one. */
  readonly look: string | undefined;
  /** Whether the input is standard input, which has to be given again. */
  readonly fromStdin: boolean;
  /** Whether URLs of the sources have parts that may be secret: no command shows them. */
  readonly lacksSecrets: boolean;
}

/** Ends after which the same command, resumed, has a chance once what the error names is mended. */
const mendable: ReadonlySet<string> = new Set<ErrorCode>([
  'SOURCE_UNREADABLE',
  'TABLE_NOT_READY',
  'ACCESS_DENIED',
  'CREDENTIALS_INVALID',
  'REGION_MISSING',
  'CLOCK_SKEWED',
  'ENDPOINT_UNREACHABLE',
  'RETRIES_EXHAUSTED',
  'OUTPUT_UNWRITABLE',
]);

/** Of many reject files so many are named, each with its reasons. */
const rejectFilesNamed = 5;

/** The last words on a run, for people: what happened in numbers, then how to go on, where there is a way. */
export function endingLines(summary: Summary, commands: Commands): string[] {
  if (nothingHappened(summary)) return [];
  return [title(summary), '', ...block(summary), ...goOn(summary, commands)];
}

/** Whether the error says it all. */
function nothingHappened({ error, read, requests, resumed }: Summary): boolean {
  return error !== null && error.code !== 'INTERRUPTED' && read === 0 && requests === 0 && !resumed;
}

function title(summary: Summary): string {
  const what =
    summary.sources.length === 1 ? printable(summary.sources[0] ?? '') : plural(summary.sources.length, 'source');
  const where = `${what} into table ${summary.table}`;
  switch (summary.exitStatus) {
    case exitStatus.done:
      return `Loaded ${where}`;
    case exitStatus.rejects:
      return `Loaded ${where}, but for ${plural(summary.rejected, 'rejected record')}`;
    case exitStatus.tooManyErrors:
      return `Stopped loading ${where}: too many rejected records`;
    case exitStatus.interrupted:
      return `Interrupted while loading ${where}`;
    default:
      return `Stopped loading ${where}`;
  }
}

function block(summary: Summary): string[] {
  const { read, written, superseded, skipped, filtered, rejected, items, ahead } = summary;
  const { requests, throttledRequests, writeUnits, retries } = summary;
  const rejectFiles = rejectFilesOf(summary);
  const more = rejectFiles.length - rejectFilesNamed;
  const rows: [label: string, text: string | undefined][] = [
    ['read', `${plural(read, 'record')}, ${formatBytes(summary.bytes)}${summary.resumed ? ', in all runs' : ''}`],
    ['written', items === written ? formatCount(written) : `${formatCount(written)}, as ${plural(items, 'item')}`],
    ['superseded', whereSome(superseded, 'replaced by a later record of the same key')],
    ['skipped', whereSome(skipped, 'the table had an item of that key')],
    ['filtered', whereSome(filtered)],
    ['rejected', formatCount(rejected)],
    ...rejectFiles.slice(0, rejectFilesNamed).flatMap((file): [string, string][] => [
      ['rejects', file],
      ['reasons', reasonsPath(file)],
    ]),
    ['', more > 0 ? `and ${formatCount(more)} more, named like their sources` : undefined],
    ['ahead', whereSome(ahead, 'written beyond the checkpoint; a resumed run writes them again')],
    ['time', `${formatSeconds(summary.seconds)}, ${formatCount(summary.recordsPerSecond)} records/s`],
    [
      'requests',
      whereSome(requests, throttledRequests === 0 ? undefined : `${formatCount(throttledRequests)} throttled`),
    ],
    ['write units', writeUnits === null ? undefined : formatCount(writeUnits)],
    ['retries', whereSome(retries, 'records sent again')],
    ['checkpoint', summary.checkpoint ?? undefined],
  ];
  const shown = rows.filter((row): row is [string, string] => row[1] !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, text]) => `  ${label.padEnd(width)}  ${printable(text)}`);
}

function whereSome(count: number, meaning?: string): string | undefined {
  if (count === 0) return undefined;
  return meaning === undefined ? formatCount(count) : `${formatCount(count)} (${meaning})`;
}

function goOn(summary: Summary, commands: Commands): string[] {
  const { error, checkpoint } = summary;
  const step = (words: string, command: string): string[] => ['', `${words}:`, `  ${command}`];
  const again = `${commands.fromStdin ? ', with the same input again' : ''}${
    commands.lacksSecrets ? ', with the secret parts of the URLs put back' : ''
  }`;
  if (error === null) {
    const files = rejectFilesOf(summary);
    return [
      ...(commands.look === undefined ? [] : step('Look at the table', commands.look)),
      ...(files.length === 0 ? [] : step('Mend the rejected records, then load them', commands.load(files))),
    ];
  }
  if (checkpoint === null) return [];
  if (error.code === 'INTERRUPTED') return step(`Go on${again}`, commands.resume());
  // With the limit as it was the next rejected record would end the run at once.
  if (error.code === 'TOO_MANY_ERRORS')
    return step(`Go on all the same${again}`, commands.resume({ maxErrors: '100%' }));
  if (error.code === 'RECORD_TOO_LONG') {
    const command = commands.resume({ maxRecordBytes: `${mostRecordMiB}MiB` });
    return step(`If that record is meant to be so long, go on${again}`, command);
  }
  return mendable.has(error.code) ? step(`Once that is mended, go on${again}`, commands.resume()) : [];
}
