import { toPrintable, toPrintableLines } from '../../text/cells.ts';
import { formatBytes, formatCount, formatSeconds, pluralize } from '../../text/format.ts';
import { getReasonsPath } from '../../load/summary.ts';
import { formatLabels, formatTable, type Column, type LabeledText } from './columns.ts';
import type { JobDetail, RangeStatus } from './job-detail.ts';

const rangeColumns: readonly Column<RangeStatus>[] = [
  { title: 'range', isNumber: true, cell: ({ range }) => String(range) },
  { title: 'from', isNumber: true, cell: ({ from }) => formatCount(from) },
  { title: 'to', isNumber: true, cell: ({ to }) => (to === null ? 'end' : formatCount(to)) },
  { title: 'state', cell: ({ state }) => state },
  { title: 'done', isNumber: true, cell: ({ percent }) => (percent === null ? '' : `${percent}%`) },
  { title: 'read', isNumber: true, cell: ({ read }) => formatCount(read) },
  { title: 'rejected', isNumber: true, cell: ({ rejected }) => formatCount(rejected) },
  { title: 'lease', isNumber: true, cell: ({ leaseSeconds: left }) => (left === null ? '' : formatSeconds(left)) },
  { title: 'failed starts', isNumber: true, cell: ({ failedStarts }) => formatCount(failedStarts) },
  {
    title: 'last failure',
    cell: ({ lastFailure: why }) => (why === null ? '' : toPrintable(`${why.code}: ${why.message}`)),
  },
];

/** Maximum number of reject objects to print. */
const maxRejectsShown = 5;

/**
 * Formats the status of one job.
 * @param redrive the command that retries it
 */
export function formatJobDetail(detail: JobDetail, redrive: string): string[] {
  const { key, state, tasks } = detail;
  return [
    `${toPrintable(key)}: ${state}`,
    ...formatLabels([...aboutLabels(detail), ...countLabels(detail), ...rejectLabels(detail), ...errorLabels(detail)]),
    ...(tasks.length === 0 ? [] : ['', ...formatTable(rangeColumns, tasks)]),
    ...redriveLines(detail, redrive),
  ];
}

function aboutLabels(detail: JobDetail): LabeledText[] {
  const { bucket, key, sizeBytes, put, newer, run, started } = detail;
  const size = sizeBytes === null ? '' : `, ${formatBytes(sizeBytes)}`;
  return [
    ['job', detail.job ?? undefined],
    ['object', toPrintable(`s3://${bucket}/${key}${size}${put === null ? '' : `, put ${put}`}`)],
    ['version', detail.versionId ?? detail.etag ?? undefined],
    ['newer', newer === null ? undefined : `${formatBytes(newer.sizeBytes)}, put ${newer.put}, not started`],
    ['table', detail.table],
    ['order', describeOrder(detail)],
    ['run', run === null ? undefined : `${run}, started ${started ?? ''}`],
    ['ended', detail.ended ?? undefined],
  ];
}

function describeOrder({ order, ranges }: JobDetail): string | undefined {
  if (order !== 'range') return order === null ? undefined : 'file order';
  return ranges === null
    ? 'file order within each range (still being cut)'
    : `file order within each of ${pluralize(ranges, 'range')}`;
}

function countLabels(detail: JobDetail): LabeledText[] {
  const { run, percent, read, bytes, written, superseded, skipped, filtered, rejected, recordsPerSecond } = detail;
  if (run === null) return [];
  const formatNonZero = (count: number): string | undefined => (count === 0 ? undefined : formatCount(count));
  return [
    ['done', percent === null ? undefined : `${percent}%`],
    ['read', `${pluralize(read, 'record')}, ${formatBytes(bytes)}${run > 1 ? ', in all runs' : ''}`],
    ['written', formatCount(written)],
    ['superseded', formatNonZero(superseded)],
    ['skipped', formatNonZero(skipped)],
    ['filtered', formatNonZero(filtered)],
    ['rejected', formatCount(rejected)],
    ['speed', recordsPerSecond === null ? undefined : `${formatCount(recordsPerSecond)} records/s`],
  ];
}

function rejectLabels({ rejects }: JobDetail): LabeledText[] {
  const more = rejects.length - maxRejectsShown;
  return [
    ...rejects.slice(0, maxRejectsShown).flatMap((object): LabeledText[] => [
      ['rejects', object],
      ['reasons', getReasonsPath(object)],
    ]),
    ['', more > 0 ? `and ${formatCount(more)} more` : undefined],
  ];
}

function errorLabels({ error }: JobDetail): LabeledText[] {
  if (error === null) return [];
  const toOneLine = (text: string): string => toPrintableLines(text).split('\n').join('; ');
  return [
    ['error', `${error.code}: ${toOneLine(error.message)}`],
    ['hint', error.hint === null ? undefined : toOneLine(error.hint)],
  ];
}

function redriveLines({ state, newer }: JobDetail, redrive: string): string[] {
  if (state === 'failed') return ['', 'Resume it from its last checkpoint:', `  ${redrive}`];
  if (state === 'waiting' || state === 'stopping' || state === 'not started' || newer !== null) {
    return ['', 'If it makes no progress, resume it:', `  ${redrive}`];
  }
  return [];
}
