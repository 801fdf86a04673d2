import { formatBytes, formatCount, formatSeconds } from './format.ts';
import type { Pace } from './pace.ts';
import type { Progress } from './summary.ts';

/** A piece of the line; the one of the highest rank goes first where there is no room. */
interface Field {
  readonly text: string;
  readonly rank: number;
}

const gap = '  ';
const widestBar = 24;
const narrowestBar = 8;

/**
 * The live line: a bar with percent, rates, retries, rejects and the time left, at most `columns - 1` wide.
 * On a narrow terminal the bar goes first, then field by field, so that it never wraps.
 */
export function barLine(progress: Progress, pace: Pace, columns: number): string {
  const room = Math.max(1, columns - 1);
  const fields = fieldsOf(progress, pace);
  const widthOf = (): number => fields.reduce((sum, field) => sum + field.text.length + gap.length, -gap.length);
  while (fields.length > 1 && widthOf() > room) {
    const rank = Math.max(...fields.map((field) => field.rank));
    fields.splice(
      fields.findIndex((field) => field.rank === rank),
      1,
    );
  }
  const text = fields.map((field) => field.text).join(gap);
  const share = shareOf(progress);
  const barWidth = Math.min(widestBar, room - text.length - gap.length - 2);
  if (share === undefined || barWidth < narrowestBar) return text.slice(0, room);
  const done = Math.floor(share * barWidth);
  return `[${'='.repeat(done)}${' '.repeat(barWidth - done)}]${gap}${text}`;
}

/** The same for a log: everything, with its words. */
export function plainLine(progress: Progress, pace: Pace): string {
  const { totalBytes, bytes } = progress;
  const share = shareOf(progress);
  const parts = [
    share === undefined || totalBytes === undefined
      ? formatBytes(bytes)
      : `${percent(share)} of ${formatBytes(totalBytes)}`,
    `${formatCount(progress.read)} records`,
    `${formatCount(pace.recordsPerSecond)} records/s`,
    ...(pace.writeUnitsPerSecond === undefined ? [] : [`${formatCount(pace.writeUnitsPerSecond)} write units/s`]),
    `${formatCount(progress.retries)} retries`,
    `${formatCount(progress.rejected)} rejects`,
    ...(pace.secondsLeft === undefined ? [] : [`${formatSeconds(pace.secondsLeft)} left`]),
  ];
  const state = stateWord(progress);
  return `${state === undefined ? '' : `${state}: `}${parts.join(', ')}`;
}

function fieldsOf(progress: Progress, pace: Pace): Field[] {
  const share = shareOf(progress);
  const state = stateWord(progress);
  const { rejected, retries } = progress;
  return [
    { text: share === undefined ? formatBytes(progress.bytes) : percent(share).padStart(4), rank: 0 },
    ...(state === undefined ? [] : [{ text: state, rank: 1 }]),
    { text: `${formatCount(pace.recordsPerSecond)} rec/s`, rank: 3 },
    ...(pace.writeUnitsPerSecond === undefined
      ? []
      : [{ text: `${formatCount(pace.writeUnitsPerSecond)} wu/s`, rank: 5 }]),
    { text: `${formatCount(retries)} retries`, rank: 6 },
    { text: `${formatCount(rejected)} rejects`, rank: rejected > 0 ? 2 : 7 },
    ...(pace.secondsLeft === undefined ? [] : [{ text: `${formatSeconds(pace.secondsLeft)} left`, rank: 4 }]),
  ];
}

/** 0 to 1 of the bytes; undefined where the size is unknown. */
function shareOf({ bytes, totalBytes }: Progress): number | undefined {
  if (totalBytes === undefined) return undefined;
  return totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
}

/** Rounded down: 100% is the end and not nearly it. */
function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}

function stateWord({ state }: Progress): string | undefined {
  return state === 'throttled' || state === 'stopping' ? state : undefined;
}
