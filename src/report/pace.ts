import type { Progress } from '../load/summary.ts';

/** Current speed of a run. */
export interface Pace {
  readonly recordsPerSecond: number;
  /** Undefined if the endpoint reports no write units. */
  readonly writeUnitsPerSecond: number | undefined;
  /** Undefined if a size is unknown or nothing has moved yet. */
  readonly secondsLeft: number | undefined;
  /** Undefined while requests proceed. */
  readonly slowdown: Slowdown | undefined;
}

/** The run waits because requests are throttled or fail. */
export interface Slowdown {
  readonly state: 'throttled' | 'retrying';
  readonly seconds: number;
  readonly cause: string | undefined;
}

/** What the pace is computed from. */
export type PaceInput = Pick<Progress, 'acknowledged' | 'writeUnits' | 'done' | 'state' | 'waitsFor'>;

type Rates = Omit<Pace, 'slowdown'>;
type Sample = PaceInput & { readonly atMs: number };

/** Milliseconds that a rate covers: long enough to be steady, short enough to show throttling. */
const windowMs = 10_000;
/** Minimum milliseconds between two rates, so that they can be read. */
const sampleIntervalMs = 500;
/** Minimum seconds before the remaining time can be estimated. */
const minEstimateSeconds = 1;
/** A slowdown ends this long after the last wait. Between two waits, a request is in flight for a moment. */
const slowdownGapMs = 2_000;

/**
 * Tracks the pace of a run. Call the result with every progress snapshot.
 * @returns the pace over the last ten seconds; zero for the first snapshot.
 */
export function trackPace(): (progress: PaceInput, nowMs: number) => Pace {
  const samples: Sample[] = [];
  const slowdownAt = trackSlowdown();
  let rates: Rates | undefined;
  return (progress, nowMs) => {
    const last = samples.at(-1);
    if (last === undefined || rates === undefined || nowMs - last.atMs >= sampleIntervalMs) {
      const now = { ...progress, atMs: nowMs };
      samples.push(now);
      while (samples.length > 2 && nowMs - (samples[1]?.atMs ?? nowMs) >= windowMs) samples.shift();
      rates = ratesBetween(samples[0] ?? now, now);
    }
    return { ...rates, slowdown: slowdownAt(progress, nowMs) };
  };
}

function ratesBetween(first: Sample, now: Sample): Rates {
  const seconds = (now.atMs - first.atMs) / 1000;
  const rate = (from: number, to: number): number => (seconds > 0 ? Math.max(0, to - from) / seconds : 0);
  const donePerSecond = rate(first.done ?? 0, now.done ?? 0);
  return {
    recordsPerSecond: rate(first.acknowledged, now.acknowledged),
    writeUnitsPerSecond: now.writeUnits === undefined ? undefined : rate(first.writeUnits ?? 0, now.writeUnits),
    secondsLeft:
      now.done === undefined || donePerSecond === 0 || seconds < minEstimateSeconds
        ? undefined
        : Math.max(0, 1 - now.done) / donePerSecond,
  };
}

function trackSlowdown(): (progress: PaceInput, nowMs: number) => Slowdown | undefined {
  let last: { state: Slowdown['state']; sinceMs: number; seenMs: number; cause: string | undefined } | undefined;
  return ({ state, waitsFor }, nowMs) => {
    if (state === 'throttled' || state === 'retrying') {
      const continues = last !== undefined && nowMs - last.seenMs <= slowdownGapMs;
      const sinceMs = continues ? (last?.sinceMs ?? nowMs) : nowMs;
      last = { state, sinceMs, seenMs: nowMs, cause: waitsFor ?? (continues ? last?.cause : undefined) };
    }
    if (last === undefined || nowMs - last.seenMs > slowdownGapMs) return undefined;
    return { state: last.state, seconds: (nowMs - last.sinceMs) / 1000, cause: last.cause };
  };
}
