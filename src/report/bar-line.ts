import { cellsOf, cutTo, endOf, printable } from '../text/cells.ts';
import { baseName, formatBytes, formatCount, formatSeconds } from '../text/format.ts';
import { paint, type Color } from '../text/paint.ts';
import type { Pace } from './pace.ts';
import { percent, shareOf, stateOf } from './progress-line.ts';
import type { Progress } from '../load/summary.ts';

/** A piece of the line; the one of the highest rank goes first where there is no room. */
interface Field {
  readonly text: string;
  readonly rank: number;
  /** What stands between it and the one before; default two spaces. */
  readonly gap?: string;
  readonly color?: Color;
}

const wideGap = '  ';
const brackets = 2;
const widestBar = 24;
const narrowestBar = 8;
/** The bar goes once nothing of a higher rank is left to go. */
const barRank = 6;
const widestName = 32;

/**
 * The live line: a bar with percent, rates, retries, rejects and the time left, of several sources which one it is, at
 * most `columns - 1` cells wide. On a narrow terminal what matters least goes first, so that it never wraps.
 */
export function barLine(progress: Progress, pace: Pace, columns: number, color = false): string {
  const room = Math.max(1, columns - 1);
  const share = shareOf(progress);
  const fields = fieldsOf(progress, pace);
  let barWidth = share === undefined ? 0 : narrowestBar;
  const width = (): number => widthOf(fields) + (barWidth === 0 ? 0 : barWidth + brackets + wideGap.length);
  while (width() > room && (fields.length > 1 || barWidth > 0)) {
    const least = fields.reduce((one, other) => (other.rank > one.rank ? other : one));
    if (barWidth > 0 && least.rank < barRank) barWidth = 0;
    else fields.splice(fields.indexOf(least), 1);
  }
  const text = fields.map((field) => gapOf(field) + paint(field.text, field.color, color)).join('');
  // A single field may still be too long, and then is the plain one of rank 0.
  if (share === undefined || barWidth === 0) return fields.length === 1 ? cutTo(text, room) : text;
  return `[${bar(share, Math.min(widestBar, barWidth + room - width()))}]${wideGap}${text}`;
}

function fieldsOf(progress: Progress, pace: Pace): Field[] {
  const { rejected, retries, sources, sourceNumber } = progress;
  const share = shareOf(progress);
  const [word = '', duration = '', by = ''] = stateOf(progress, pace.held);
  const fields: Field[] = [
    { text: share === undefined ? formatBytes(progress.bytes) : percent(share).padStart(4), rank: 0, gap: '' },
    { text: share === undefined ? `${formatCount(progress.read)} records` : '', rank: 5 },
    { text: sources > 1 ? `${sourceNumber}/${sources}` : '', rank: 5 },
    { text: endOf(printable(baseName(progress.source)), widestName), rank: 12, gap: sources > 1 ? ' ' : wideGap },
    { text: word, rank: 1, color: 'yellow' },
    { text: duration, rank: 8, gap: ' ', color: 'yellow' },
    { text: by, rank: 9, gap: ' ' },
    { text: `${formatCount(pace.recordsPerSecond)} rec/s`, rank: 3 },
    { text: pace.writeUnitsPerSecond === undefined ? '' : `${formatCount(pace.writeUnitsPerSecond)} wu/s`, rank: 7 },
    { text: `${formatCount(retries)} retries`, rank: retries > 0 ? 10 : 11 },
    rejected > 0
      ? { text: `${formatCount(rejected)} rejects`, rank: 2, color: 'red' }
      : { text: '0 rejects', rank: 11 },
    { text: pace.secondsLeft === undefined ? '' : `${formatSeconds(pace.secondsLeft)} left`, rank: 4 },
  ];
  return fields.filter(({ text }) => text !== '');
}

function widthOf(fields: readonly Field[]): number {
  return fields.reduce((sum, field) => sum + gapOf(field).length + cellsOf(field.text), 0);
}

function gapOf({ gap = wideGap }: Field): string {
  return gap;
}

/** Rounded down: it is full at the end and not before. */
function bar(share: number, width: number): string {
  return '='.repeat(Math.floor(share * width)).padEnd(width);
}
