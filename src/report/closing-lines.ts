import type { ErrorCode } from '../errors.ts';
import { exitStatus } from '../errors.ts';
import { maxRecordMiB } from '../load/limits.ts';
import { toPrintable } from '../text/cells.ts';
import { formatBytes, formatCount, formatSeconds, pluralize } from '../text/format.ts';
import { describeHeaders } from './header-lines.ts';
import { getReasonsPath, listRejectFiles, type Summary } from '../load/summary.ts';

/** Commands that the closing lines may suggest, ready to copy. */
export interface ClosingCommands {
  /** Resumes the same job from its checkpoint, with a higher limit if given. */
  resume(raised?: { readonly maxErrors?: string; readonly maxRecordBytes?: string }): string;
  /** Loads the reject files instead of the sources. */
  load(rejectFiles: readonly string[]): string;
  /** Shows the tables of the embedded DynamoDB; undefined for a different endpoint. */
  readonly view: string | undefined;
  /** Whether the input is standard input, which the user must provide again. */
  readonly isFromStdin: boolean;
  /** Whether the commands omit parts of source URLs that may be secret. */
  readonly hasHiddenSecrets: boolean;
}

/** Errors after which `--resume` can succeed once their cause is fixed. */
const resumableErrors: ReadonlySet<string> = new Set<ErrorCode>([
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

/** Maximum reject files that are listed, each with its reasons file. */
const maxListedRejectFiles = 5;

/** Returns the closing lines of a run: its counts, then the command to continue with, if there is one. */
export function formatClosingLines(summary: Summary, commands: ClosingCommands): string[] {
  if (isOnlyError(summary)) return [];
  return [titleLine(summary), '', ...countLines(summary), ...nextSteps(summary, commands)];
}

/** Whether the run failed before it did anything, so that the error says it all. */
function isOnlyError({ error, read, requests, resumed }: Summary): boolean {
  return error !== null && error.code !== 'INTERRUPTED' && read === 0 && requests === 0 && !resumed;
}

function titleLine(summary: Summary): string {
  const sources =
    summary.sources.length === 1 ? toPrintable(summary.sources[0] ?? '') : pluralize(summary.sources.length, 'source');
  const job = `${sources} into table ${summary.table}`;
  switch (summary.exitStatus) {
    case exitStatus.done:
      return `Loaded ${job}`;
    case exitStatus.rejects:
      return `Loaded ${job}, except for ${pluralize(summary.rejected, 'rejected record')}`;
    case exitStatus.tooManyErrors:
      return `Stopped loading ${job}: too many rejected records`;
    case exitStatus.interrupted:
      return `Interrupted while loading ${job}`;
    default:
      return `Stopped loading ${job}`;
  }
}

function countLines(summary: Summary): string[] {
  const { read, written, superseded, skipped, filtered, rejected, padded, truncated, items, ahead } = summary;
  const { requests, throttledRequests, writeUnits, retries } = summary;
  const rejectFiles = listRejectFiles(summary);
  const more = rejectFiles.length - maxListedRejectFiles;
  const entries: [label: string, text: string | undefined][] = [
    ['read', `${pluralize(read, 'record')}, ${formatBytes(summary.bytes)}${summary.resumed ? ', in all runs' : ''}`],
    ['empty', unlessZero(summary.emptySources, 'sources without a record, passed over')],
    ...describeHeaders(summary).map((header): [string, string] => ['header', header]),
    ['written', items === written ? formatCount(written) : `${formatCount(written)}, as ${pluralize(items, 'item')}`],
    ['superseded', unlessZero(superseded, 'replaced by a later record with the same key')],
    ['skipped', unlessZero(skipped, 'the table already had an item with the same key')],
    ['filtered', unlessZero(filtered)],
    ['padded', unlessZero(padded, 'missing fields are empty')],
    ['truncated', unlessZero(truncated, 'surplus fields are dropped')],
    ['rejected', formatCount(rejected)],
    ...rejectFiles.slice(0, maxListedRejectFiles).flatMap((file): [string, string][] => [
      ['rejects', file],
      ['reasons', getReasonsPath(file)],
    ]),
    ['', more > 0 ? `and ${formatCount(more)} more, named after their sources` : undefined],
    ['ahead', unlessZero(ahead, 'written after the checkpoint; --resume writes them again')],
    ['time', `${formatSeconds(summary.seconds)}, ${formatCount(summary.recordsPerSecond)} records/s`],
    [
      'requests',
      unlessZero(requests, throttledRequests === 0 ? undefined : `${formatCount(throttledRequests)} throttled`),
    ],
    ['write units', writeUnits === null ? undefined : formatCount(writeUnits)],
    ['retries', unlessZero(retries, 'records that were retried')],
    ['checkpoint', summary.checkpoint ?? undefined],
  ];
  const shown = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, text]) => `  ${label.padEnd(width)}  ${toPrintable(text)}`);
}

function unlessZero(count: number, meaning?: string): string | undefined {
  if (count === 0) return undefined;
  return meaning === undefined ? formatCount(count) : `${formatCount(count)} (${meaning})`;
}

function nextSteps(summary: Summary, commands: ClosingCommands): string[] {
  const { error, checkpoint } = summary;
  const step = (words: string, command: string): string[] => ['', `${words}:`, `  ${command}`];
  const conditions = [
    ...(commands.isFromStdin ? ['with the same input'] : []),
    ...(commands.hasHiddenSecrets ? ['after adding the secret parts of the URLs'] : []),
  ];
  const resumeStep = (words: string, raised?: Parameters<ClosingCommands['resume']>[0]): string[] =>
    step([words, ...conditions].join(' '), commands.resume(raised));
  if (error === null) {
    const files = listRejectFiles(summary);
    return [
      ...(commands.view === undefined ? [] : step('View the table', commands.view)),
      ...(files.length === 0 ? [] : step('Fix the rejected records, then load them', commands.load(files))),
    ];
  }
  if (checkpoint === null) return [];
  if (error.code === 'INTERRUPTED') return resumeStep('Resume');
  // With the same limit, the next rejected record would stop the run again.
  if (error.code === 'TOO_MANY_ERRORS') return resumeStep('Resume anyway', { maxErrors: '100%' });
  if (error.code === 'RECORD_TOO_LONG') {
    return resumeStep('If the record is really that long, resume', { maxRecordBytes: `${maxRecordMiB}MiB` });
  }
  return resumableErrors.has(error.code) ? resumeStep('Fix the problem, then resume') : [];
}
