import { countCells, cutEnd, cutStart, toPrintable } from '../text/cells.ts';
import { baseName, formatBytes, formatCount, formatSeconds } from '../text/format.ts';
import { paint, type Color } from '../text/paint.ts';
import type { Pace } from './pace.ts';
import { describeState, formatPercent, settledShare } from './progress-line.ts';
import type { Progress } from '../load/summary.ts';

/** A part of the line. If there is no room, the part with the highest rank is dropped first. */
interface Segment {
  readonly text: string;
  readonly rank: number;
  /** Text before the segment. Default: two spaces. */
  readonly gap?: string;
  readonly color?: Color;
}

const wideGap = '  ';
const brackets = 2;
const maxBarCells = 24;
const minBarCells = 8;
/** The bar is dropped after all segments of a higher rank. */
const barRank = 6;
const maxNameCells = 32;

/**
 * Returns the live progress line: a bar with percent, rates, retries, rejects and the time left. With several sources it
 * names the current one. It is at most `columns - 1` cells wide, so that it never wraps: a narrow terminal shows only the
 * most important segments.
 */
export function formatBarLine(progress: Progress, pace: Pace, columns: number, color = false): string {
  const room = Math.max(1, columns - 1);
  const share = settledShare(progress);
  const segments = segmentsOf(progress, pace);
  let barCells = share === undefined ? 0 : minBarCells;
  const width = (): number => widthOf(segments) + (barCells === 0 ? 0 : barCells + brackets + wideGap.length);
  while (width() > room && (segments.length > 1 || barCells > 0)) {
    const next = segments.reduce((one, other) => (other.rank > one.rank ? other : one));
    if (barCells > 0 && next.rank < barRank) barCells = 0;
    else segments.splice(segments.indexOf(next), 1);
  }
  const text = segments.map((segment) => gapBefore(segment) + paint(segment.text, segment.color, color)).join('');
  // The last segment may still be too long. It has rank 0 and no color.
  if (share === undefined || barCells === 0) return segments.length === 1 ? cutEnd(text, room) : text;
  return `[${formatBar(share, Math.min(maxBarCells, barCells + room - width()))}]${wideGap}${text}`;
}

function segmentsOf(progress: Progress, pace: Pace): Segment[] {
  const { rejected, retries, sources, sourceNumber } = progress;
  const share = settledShare(progress);
  const [word = '', duration = '', cause = ''] = describeState(progress, pace.slowdown);
  const segments: Segment[] = [
    { text: share === undefined ? formatBytes(progress.bytes) : formatPercent(share).padStart(4), rank: 0, gap: '' },
    { text: share === undefined ? `${formatCount(progress.read)} records` : '', rank: 5 },
    { text: sources > 1 ? `${sourceNumber}/${sources}` : '', rank: 5 },
    {
      text: cutStart(toPrintable(baseName(progress.source)), maxNameCells),
      rank: 12,
      gap: sources > 1 ? ' ' : wideGap,
    },
    { text: word, rank: 1, color: 'yellow' },
    { text: duration, rank: 8, gap: ' ', color: 'yellow' },
    { text: cause, rank: 9, gap: ' ' },
    { text: `${formatCount(pace.recordsPerSecond)} rec/s`, rank: 3 },
    { text: pace.writeUnitsPerSecond === undefined ? '' : `${formatCount(pace.writeUnitsPerSecond)} wu/s`, rank: 7 },
    { text: `${formatCount(retries)} retries`, rank: retries > 0 ? 10 : 11 },
    rejected > 0
      ? { text: `${formatCount(rejected)} rejects`, rank: 2, color: 'red' }
      : { text: '0 rejects', rank: 11 },
    { text: pace.secondsLeft === undefined ? '' : `${formatSeconds(pace.secondsLeft)} left`, rank: 4 },
  ];
  return segments.filter(({ text }) => text !== '');
}

function widthOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + gapBefore(segment).length + countCells(segment.text), 0);
}

function gapBefore({ gap = wideGap }: Segment): string {
  return gap;
}

/** Rounds down, so that only a complete run fills the bar. */
function formatBar(share: number, cells: number): string {
  return '='.repeat(Math.floor(share * cells)).padEnd(cells);
}
