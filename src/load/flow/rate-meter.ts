/** What comes a second, over about the last second. As a value. */
export interface Meter {
  readonly sinceMs: number;
  readonly units: number;
  /** Units of the second before `sinceMs`; undefined: there was none. */
  readonly before: number | undefined;
}

export function newMeter(nowMs: number): Meter {
  return { sinceMs: nowMs, units: 0, before: undefined };
}

export function measure(meter: Meter, units: number, nowMs: number): Meter {
  const elapsedMs = nowMs - meter.sinceMs;
  if (elapsedMs < 1000) return { ...meter, units: meter.units + units };
  if (elapsedMs < 2000) return { sinceMs: meter.sinceMs + 1000, units, before: meter.units };
  return { sinceMs: nowMs, units, before: 0 };
}

/** Units a second. */
export function rateOf({ sinceMs, units, before }: Meter, nowMs: number): number {
  const seconds = (nowMs - sinceMs) / 1000;
  return before === undefined ? units / Math.max(0.1, seconds) : units + before * Math.max(0, 1 - seconds);
}
