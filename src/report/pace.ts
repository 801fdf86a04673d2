import type { Progress } from './summary.ts';

/** How fast a run goes at present. */
export interface Pace {
  readonly recordsPerSecond: number;
  /** Undefined where the endpoint reports no write units. */
  readonly writeUnitsPerSecond: number | undefined;
  /** Undefined where a size is unknown, or nothing has moved yet. */
  readonly secondsLeft: number | undefined;
}

type Sample = Pick<Progress, 'acknowledged' | 'bytes' | 'writeUnits'> & { readonly atMs: number };

/** A rate is that of the last so many milliseconds: steady enough to read, quick enough to show a throttle. */
const windowMs = 10_000;
const samplesEveryMs = 500;
/** Until then, what is left cannot be told from what was seen. */
const tooSoonSeconds = 1;

/**
 * Follows a run: call it with every look that is taken.
 * @returns the pace over the last ten seconds; zero at the first look.
 */
export function followPace(): (progress: Progress, nowMs: number) => Pace {
  const samples: Sample[] = [];
  return (progress, nowMs) => {
    const now: Sample = {
      acknowledged: progress.acknowledged,
      bytes: progress.bytes,
      writeUnits: progress.writeUnits,
      atMs: nowMs,
    };
    const last = samples.at(-1);
    if (last === undefined || nowMs - last.atMs >= samplesEveryMs) samples.push(now);
    while (samples.length > 2 && nowMs - (samples[1]?.atMs ?? nowMs) >= windowMs) samples.shift();
    const first = samples[0] ?? now;
    const seconds = (nowMs - first.atMs) / 1000;
    const rate = (from: number, to: number): number => (seconds > 0 ? Math.max(0, to - from) / seconds : 0);
    const bytesPerSecond = rate(first.bytes, now.bytes);
    return {
      recordsPerSecond: rate(first.acknowledged, now.acknowledged),
      writeUnitsPerSecond: now.writeUnits === undefined ? undefined : rate(first.writeUnits ?? 0, now.writeUnits),
      secondsLeft:
        progress.totalBytes === undefined || bytesPerSecond === 0 || seconds < tooSoonSeconds
          ? undefined
          : Math.max(0, progress.totalBytes - progress.bytes) / bytesPerSecond,
    };
  };
}
