import { toPrintable } from '../text/cells.ts';
import { formatBytes, formatCount, formatSeconds } from '../text/format.ts';
import type { Pace, Slowdown } from './pace.ts';
import type { Progress } from '../load/summary.ts';

/** Returns the complete progress line for a log. */
export function formatPlainLine(progress: Progress, pace: Pace): string {
  const { sources, sourceNumber, source } = progress;
  const share = settledShare(progress);
  const parts = [
    ...(share === undefined ? [] : [formatPercent(share)]),
    ...(sources > 1 ? [`source ${sourceNumber} of ${sources} (${toPrintable(source)})`] : []),
    formatBytes(progress.bytes),
    `${formatCount(progress.read)} records`,
    `${formatCount(pace.recordsPerSecond)} records/s`,
    ...(pace.writeUnitsPerSecond === undefined ? [] : [`${formatCount(pace.writeUnitsPerSecond)} write units/s`]),
    `${formatCount(progress.retries)} retries`,
    `${formatCount(progress.rejected)} rejects`,
    ...(pace.secondsLeft === undefined ? [] : [`${formatSeconds(pace.secondsLeft)} left`]),
  ];
  const state = describeState(progress, pace.slowdown)
    .filter((text) => text !== '')
    .join(' ');
  return `${state === '' ? '' : `${state}: `}${parts.join(', ')}`;
}

/** Share of the bytes that is settled, 0 to 1; undefined if a size is unknown. */
export function settledShare({ done }: Progress): number | undefined {
  return done === undefined ? undefined : Math.min(1, Math.max(0, done));
}

/** Rounds down, so that only a complete run shows 100%. */
export function formatPercent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}

/** Returns `throttled`, `for 12 s`, `(ThrottlingException)`. Unknown parts are empty, and an undisturbed run has none. */
export function describeState(
  { state }: Progress,
  slowdown: Slowdown | undefined,
): [word?: string, duration?: string, cause?: string] {
  if (state === 'stopping') return ['stopping'];
  if (slowdown === undefined) return [];
  const duration = slowdown.seconds < 1 ? '' : `for ${formatWholeSeconds(slowdown.seconds)}`;
  return [slowdown.state, duration, slowdown.cause === undefined ? '' : `(${toPrintable(slowdown.cause)})`];
}

function formatWholeSeconds(seconds: number): string {
  return seconds < 10 ? `${Math.floor(seconds)} s` : formatSeconds(Math.floor(seconds));
}
