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
  const { word, duration, by } = stateOf(progress, pace.held);
  const state = [word, duration, by].filter((text) => text !== undefined).join(' ');
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

/** The words for a run that does not simply go on. */
export interface State {
  readonly word?: string;
  readonly duration?: string;
  readonly by?: string;
}

/** `throttled`, `for 12 s`, `(ThrottlingException)`. */
export function stateOf({ state }: Progress, held: Held | undefined): State {
  if (state === 'stopping') return { word: 'stopping' };
  if (held === undefined) return {};
  return {
    word: held.state,
    // What began a moment ago needs no figure.
    ...(held.seconds < 1 ? {} : { duration: `for ${wholeSeconds(held.seconds)}` }),
    ...(held.by === undefined ? {} : { by: `(${printable(held.by)})` }),
  };
}

function wholeSeconds(seconds: number): string {
  return seconds < 10 ? `${Math.floor(seconds)} s` : formatSeconds(Math.floor(seconds));
}
