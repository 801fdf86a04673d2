/** A rate in units per second over about the last second, as a value. */
export interface RateMeter {
  readonly sinceMs: number;
  readonly units: number;
  /** Units of the second before `sinceMs`; undefined during the first second. */
  readonly before: number | undefined;
}

export function newMeter(nowMs: number): RateMeter {
  return { sinceMs: nowMs, units: 0, before: undefined };
}

export function measure(meter: RateMeter, units: number, nowMs: number): RateMeter {
  const elapsedMs = nowMs - meter.sinceMs;
  if (elapsedMs < 1000) return { ...meter, units: meter.units + units };
  if (elapsedMs < 2000) return { sinceMs: meter.sinceMs + 1000, units, before: meter.units };
  return { sinceMs: nowMs, units, before: 0 };
}

/** Units per second. */
export function rateOf({ sinceMs, units, before }: RateMeter, nowMs: number): number {
  const seconds = (nowMs - sinceMs) / 1000;
  return before === undefined ? units / Math.max(0.1, seconds) : units + before * Math.max(0, 1 - seconds);
}
