import type { Progress } from '../load/summary.ts';

/** How fast a run goes at present. */
export interface Pace {
  readonly recordsPerSecond: number;
  /** Undefined where the endpoint reports no write units. */
  readonly writeUnitsPerSecond: number | undefined;
  /** Undefined where a size is unknown, or nothing has moved yet. */
  readonly secondsLeft: number | undefined;
  /** That it is held up, for how long by now, and by what as far as that is known. */
  readonly held: Held | undefined;
}

export interface Held {
  readonly state: 'throttled' | 'retrying';
  readonly seconds: number;
  readonly by: string | undefined;
}

/** What a pace is made from. */
export type Paced = Pick<Progress, 'acknowledged' | 'writeUnits' | 'done' | 'state' | 'waitsFor'>;

type Sample = Paced & { readonly atMs: number };

/** A rate is that of the last so many milliseconds: steady enough to read, quick enough to show a throttle. */
const windowMs = 10_000;
/** Rates change so often at most: figures that dance cannot be read. */
const samplesEveryMs = 500;
/** Until then, what is left cannot be told from what was seen. */
const tooSoonSeconds = 1;
/** Between two waits a request is under way for a moment: it is still held up if it was so long ago. */
const holdMs = 2_000;

/**
 * Follows a run: call it with every look that is taken.
 * @returns the pace over the last ten seconds; zero at the first look.
 */
export function followPace(): (progress: Paced, nowMs: number) => Pace {
  const samples: Sample[] = [];
  const heldBy = followHolds();
  let rates: Omit<Pace, 'held'> | undefined;
  return (progress, nowMs) => {
    const last = samples.at(-1);
    if (last === undefined || rates === undefined || nowMs - last.atMs >= samplesEveryMs) {
      const now = { ...progress, atMs: nowMs };
      samples.push(now);
      while (samples.length > 2 && nowMs - (samples[1]?.atMs ?? nowMs) >= windowMs) samples.shift();
      rates = ratesBetween(samples[0] ?? now, now);
    }
    return { ...rates, held: heldBy(progress, nowMs) };
  };
}

function ratesBetween(first: Sample, now: Sample): Omit<Pace, 'held'> {
  const seconds = (now.atMs - first.atMs) / 1000;
  const rate = (from: number, to: number): number => (seconds > 0 ? Math.max(0, to - from) / seconds : 0);
  const donePerSecond = rate(first.done ?? 0, now.done ?? 0);
  return {
    recordsPerSecond: rate(first.acknowledged, now.acknowledged),
    writeUnitsPerSecond: now.writeUnits === undefined ? undefined : rate(first.writeUnits ?? 0, now.writeUnits),
    secondsLeft:
      now.done === undefined || donePerSecond === 0 || seconds < tooSoonSeconds
        ? undefined
        : Math.max(0, 1 - now.done) / donePerSecond,
  };
}

function followHolds(): (progress: Paced, nowMs: number) => Held | undefined {
  let last: { state: Held['state']; sinceMs: number; seenMs: number; by: string | undefined } | undefined;
  return ({ state, waitsFor }, nowMs) => {
    if (state === 'throttled' || state === 'retrying') {
      const goesOn = last !== undefined && nowMs - last.seenMs <= holdMs;
      const sinceMs = goesOn ? (last?.sinceMs ?? nowMs) : nowMs;
      last = { state, sinceMs, seenMs: nowMs, by: waitsFor ?? (goesOn ? last?.by : undefined) };
    }
    if (last === undefined || nowMs - last.seenMs > holdMs) return undefined;
    return { state: last.state, seconds: (nowMs - last.sinceMs) / 1000, by: last.by };
  };
}
