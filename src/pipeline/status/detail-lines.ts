import { printable, printableLines } from '../../text/cells.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../../text/format.ts';
import { reasonsPath } from '../../load/summary.ts';
import { labelLines, tableLines, type Column } from './columns.ts';
import type { Detail, RangeLook } from './detail.ts';

const rangeColumns: readonly Column[] = [
  { title: 'range', isNumber: true },
  { title: 'from', isNumber: true },
  { title: 'to', isNumber: true },
  { title: 'state' },
  { title: 'done', isNumber: true },
  { title: 'read', isNumber: true },
  { title: 'rejected', isNumber: true },
  { title: 'held for', isNumber: true },
  { title: 'failed starts', isNumber: true },
  { title: 'last failure' },
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
    ...(tasks.length === 0 ? [] : ['', ...tableLines(rangeColumns, tasks.map(rangeRow))]),
    ...goOn(detail, redrive),
  ];
}

type Row = readonly [label: string, text: string | undefined];

function aboutRows({
  job,
  bucket,
  key,
  sizeBytes,
  versionId,
  etag,
  put,
  run,
  begun,
  ended,
  order,
  ranges,
  table,
  newer,
}: Detail): Row[] {
  const size = sizeBytes === null ? '' : `, ${formatBytes(sizeBytes)}`;
  return [
    ['job', job ?? undefined],
    ['object', printable(`s3://${bucket}/${key}${size}${put === null ? '' : `, put ${put}`}`)],
    ['version', versionId ?? etag ?? undefined],
    ['newer', newer === null ? undefined : `one of ${formatBytes(newer.sizeBytes)}, put ${newer.put}, is not begun`],
    ['table', table],
    ['order', orderText(order, ranges)],
    ['run', run === null ? undefined : `${run}, begun ${begun ?? ''}`],
    ['ended', ended ?? undefined],
  ];
}

function orderText(order: Detail['order'], ranges: number | null): string | undefined {
  if (order !== 'range') return order === null ? undefined : 'that of the file';
  return ranges === null ? 'inside each range; it is being cut' : `inside each of ${plural(ranges, 'range')}`;
}

function countRows(detail: Detail): Row[] {
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

function rejectRows({ rejects }: Detail): Row[] {
  const more = rejects.length - rejectsShown;
  return [
    ...rejects.slice(0, rejectsShown).flatMap((place): Row[] => [
      ['rejects', place],
      ['reasons', reasonsPath(place)],
    ]),
    ['', more > 0 ? `and ${formatCount(more)} more` : undefined],
  ];
}

function errorRows({ error }: Detail): Row[] {
  if (error === null) return [];
  const text = (words: string): string => printableLines(words).split('\n').join('; ');
  return [
    ['error', `${error.code}: ${text(error.message)}`],
    ['hint', error.hint === null ? undefined : text(error.hint)],
  ];
}

function rangeRow(one: RangeLook): string[] {
  const { range, from, to, state, percent, read, rejected, leaseSeconds, failedStarts, lastFailure } = one;
  return [
    String(range),
    formatCount(from),
    to === null ? 'end' : formatCount(to),
    state,
    percent === null ? '' : `${percent}%`,
    formatCount(read),
    formatCount(rejected),
    leaseSeconds === null ? '' : formatSeconds(leaseSeconds),
    formatCount(failedStarts),
    lastFailure === null ? '' : printable(`${lastFailure.code}: ${lastFailure.message}`),
  ];
}

function goOn({ state, newer }: Detail, redrive: string): string[] {
  if (state === 'failed') return ['', 'Start it again, from where it stopped:', `  ${redrive}`];
  if (state === 'waiting' || state === 'stopping' || state === 'not begun' || newer !== null) {
    return ['', 'If nothing moves, send for it again:', `  ${redrive}`];
  }
  return [];
}
