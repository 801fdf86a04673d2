import { printable } from '../text/cells.ts';
import { formatBytes, formatCount, formatSeconds } from '../text/format.ts';
import type { Held, Pace } from './pace.ts';
import type { Progress } from '../load/summary.ts';

/** The line for a log: everything, with its words. */
export function plainLine(progress: Progress, pace: Pace): string {
  const { sources, sourceNumber, source } = progress;
  const share = shareOf(progress);
  const parts = [
    ...(share === undefined ? [] : [percent(share)]),
    ...(sources > 1 ? [`source ${sourceNumber} of ${sources} (${printable(source)})`] : []),
    formatBytes(progress.bytes),
    `${formatCount(progress.read)} records`,
    `${formatCount(pace.recordsPerSecond)} records/s`,
    ...(pace.writeUnitsPerSecond === undefined ? [] : [`${formatCount(pace.writeUnitsPerSecond)} write units/s`]),
    `${formatCount(progress.retries)} retries`,
    `${formatCount(progress.rejected)} rejects`,
    ...(pace.secondsLeft === undefined ? [] : [`${formatSeconds(pace.secondsLeft)} left`]),
  ];
  const state = stateOf(progress, pace.held)
    .filter((text) => text !== '')
    .join(' ');
  return `${state === '' ? '' : `${state}: `}${parts.join(', ')}`;
}

/** 0 to 1 of the bytes; undefined where a size is unknown. */
export function shareOf({ done }: Progress): number | undefined {
  return done === undefined ? undefined : Math.min(1, Math.max(0, done));
}

/** Rounded down: 100% is the end and not nearly it. */
export function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}

/** The words for a run that does not simply go on: `throttled`, `for 12 s`, `(ThrottlingException)`; empty where unknown. */
export function stateOf({ state }: Progress, held: Held | undefined): [word?: string, duration?: string, by?: string] {
  if (state === 'stopping') return ['stopping'];
  if (held === undefined) return [];
  // What began a moment ago needs no figure.
  const duration = held.seconds < 1 ? '' : `for ${wholeSeconds(held.seconds)}`;
  return [held.state, duration, held.by === undefined ? '' : `(${printable(held.by)})`];
}

function wholeSeconds(seconds: number): string {
  return seconds < 10 ? `${Math.floor(seconds)} s` : formatSeconds(Math.floor(seconds));
}
