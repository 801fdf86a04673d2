import { printable, printableLines } from '../../text/cells.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../../text/format.ts';
import { reasonsPath } from '../../load/summary.ts';
import { labelLines, tableLines, type Column, type Labeled } from './columns.ts';
import type { Detail, RangeLook } from './detail.ts';

const rangeColumns: readonly Column<RangeLook>[] = [
  { title: 'range', isNumber: true, cell: ({ range }) => String(range) },
  { title: 'from', isNumber: true, cell: ({ from }) => formatCount(from) },
  { title: 'to', isNumber: true, cell: ({ to }) => (to === null ? 'end' : formatCount(to)) },
  { title: 'state', cell: ({ state }) => state },
  { title: 'done', isNumber: true, cell: ({ percent }) => (percent === null ? '' : `${percent}%`) },
  { title: 'read', isNumber: true, cell: ({ read }) => formatCount(read) },
  { title: 'rejected', isNumber: true, cell: ({ rejected }) => formatCount(rejected) },
  { title: 'held for', isNumber: true, cell: ({ leaseSeconds: held }) => (held === null ? '' : formatSeconds(held)) },
  { title: 'failed starts', isNumber: true, cell: ({ failedStarts }) => formatCount(failedStarts) },
  {
    title: 'last failure',
    cell: ({ lastFailure: why }) => (why === null ? '' : printable(`${why.code}: ${why.message}`)),
  },
];

/** Of many reject objects so many are named. */
const rejectsShown = 5;

/**
 * What people read of one job.
 * @param redrive the command that starts it again
 */
export function detailLines(detail: Detail, redrive: string): string[] {
  const { key, state, tasks } = detail;
  return [
    `${printable(key)}: ${state}`,
    ...labelLines([...aboutRows(detail), ...countRows(detail), ...rejectRows(detail), ...errorRows(detail)]),
    ...(tasks.length === 0 ? [] : ['', ...tableLines(rangeColumns, tasks)]),
    ...goOn(detail, redrive),
  ];
}

function aboutRows(detail: Detail): Labeled[] {
  const { bucket, key, sizeBytes, put, newer, run, begun } = detail;
  const size = sizeBytes === null ? '' : `, ${formatBytes(sizeBytes)}`;
  return [
    ['job', detail.job ?? undefined],
    ['object', printable(`s3://${bucket}/${key}${size}${put === null ? '' : `, put ${put}`}`)],
    ['version', detail.versionId ?? detail.etag ?? undefined],
    ['newer', newer === null ? undefined : `one of ${formatBytes(newer.sizeBytes)}, put ${newer.put}, is not begun`],
    ['table', detail.table],
    ['order', orderText(detail)],
    ['run', run === null ? undefined : `${run}, begun ${begun ?? ''}`],
    ['ended', detail.ended ?? undefined],
  ];
}

function orderText({ order, ranges }: Detail): string | undefined {
  if (order !== 'range') return order === null ? undefined : 'that of the file';
  return ranges === null ? 'inside each range; it is being cut' : `inside each of ${plural(ranges, 'range')}`;
}

function countRows(detail: Detail): Labeled[] {
  const { run, percent, read, bytes, written, superseded, skipped, filtered, rejected, recordsPerSecond } = detail;
  if (run === null) return [];
  const some = (count: number): string | undefined => (count === 0 ? undefined : formatCount(count));
  return [
    ['done', percent === null ? undefined : `${percent}%`],
    ['read', `${plural(read, 'record')}, ${formatBytes(bytes)}${run > 1 ? ', in all runs' : ''}`],
    ['written', formatCount(written)],
    ['superseded', some(superseded)],
    ['skipped', some(skipped)],
    ['filtered', some(filtered)],
    ['rejected', formatCount(rejected)],
    ['speed', recordsPerSecond === null ? undefined : `${formatCount(recordsPerSecond)} records/s`],
  ];
}

function rejectRows({ rejects }: Detail): Labeled[] {
  const more = rejects.length - rejectsShown;
  return [
    ...rejects.slice(0, rejectsShown).flatMap((place): Labeled[] => [
      ['rejects', place],
      ['reasons', reasonsPath(place)],
    ]),
    ['', more > 0 ? `and ${formatCount(more)} more` : undefined],
  ];
}

function errorRows({ error }: Detail): Labeled[] {
  if (error === null) return [];
  const text = (words: string): string => printableLines(words).split('\n').join('; ');
  return [
    ['error', `${error.code}: ${text(error.message)}`],
    ['hint', error.hint === null ? undefined : text(error.hint)],
  ];
}

function goOn({ state, newer }: Detail, redrive: string): string[] {
  if (state === 'failed') return ['', 'Start it again, from where it stopped:', `  ${redrive}`];
  if (state === 'waiting' || state === 'stopping' || state === 'not begun' || newer !== null) {
    return ['', 'If nothing moves, send for it again:', `  ${redrive}`];
  }
  return [];
}
