import { describe, expect, it } from 'vitest';
import { capAt, newAdaptiveCap, adapt, type AdaptiveCap } from '../../../../src/load/flow/adaptive-rate.ts';

/** Applies ten responses each tenth of a second, with a throttled share. The send rate is the cap, or `uncapped` at most. */
function runFor(
  seconds: number,
  start: AdaptiveCap,
  fromMs: number,
  shareAt: (unitsPerSecond: number) => number,
  uncapped: number,
): AdaptiveCap {
  let state = start;
  for (let nowMs = fromMs + 10; nowMs <= fromMs + seconds * 1000; nowMs += 10) {
    const rate = Math.min(uncapped, capAt(state, nowMs) ?? Infinity);
    const units = rate / 100;
    const throttledUnits = units * shareAt(rate);
    state = adapt(state, { sentMs: nowMs - 6, nowMs, roundTripMs: 6, units, throttledUnits });
  }
  return state;
}

/** The throttled share of a table with this capacity. */
const capacity = (unitsPerSecond: number) => (rate: number) => Math.max(0, 1 - unitsPerSecond / rate);

describe('the adaptive cap', () => {
  it('does not exist until the table throttles', () => {
    expect(
      capAt(
        runFor(5, newAdaptiveCap(0), 0, () => 0, 10_000),
        5_000,
      ),
    ).toBeUndefined();
  });

  it('does not exist if only a few items of hot partitions are throttled', () => {
    expect(
      capAt(
        runFor(5, newAdaptiveCap(0), 0, () => 0.015, 10_000),
        5_000,
      ),
    ).toBeUndefined();
  });

  it.each([
    [4_000, 66_000],
    [4_000, 5_000],
    [100, 20_000],
  ])('settles at about %i units per second if the table accepts that many of %i', (accepted, sent) => {
    const state = runFor(30, newAdaptiveCap(0), 0, capacity(accepted), sent);
    expect(state.writtenPerSecond).toBeGreaterThan(accepted * 0.85);
    expect(state.writtenPerSecond).toBeLessThan(accepted * 1.1);
    const cap = capAt({ ...state, cutMs: 30_000 }, 30_000) ?? 0;
    expect(cap / (state.writtenPerSecond ?? 0)).toBeCloseTo(0.95);
  });

  it('does not change for responses without written and throttled items', () => {
    let state = newAdaptiveCap(0);
    for (let nowMs = 10; nowMs <= 1_000; nowMs += 10)
      state = adapt(state, { sentMs: nowMs - 6, nowMs, roundTripMs: 6, units: 0, throttledUnits: 0 });
    expect(capAt(state, 1_000)).toBeUndefined();
  });

  it('grows slowly up to the written rate, then faster and faster', () => {
    const stable = { sinceMs: -10_000, unitsPerSecond: 1_000 };
    const state: AdaptiveCap = { ...newAdaptiveCap(0), writtenPerSecond: 1_000, cutMs: 0, stable };
    const caps = [0, 1_500, 3_000, 3_500, 4_000, 5_000, 6_000].map((ms) => Math.round(capAt(state, ms) ?? 0));
    expect(caps).toEqual([950, 994, 1_000, 1_064, 1_649, 7_389, 33_115]);
  });

  it('stays longer at a rate that has been right for longer', () => {
    const plateaus = [1, 10, 50, 1_000].map((seconds) => {
      const stable = { sinceMs: -seconds * 1000, unitsPerSecond: 1_000 };
      const state: AdaptiveCap = { ...newAdaptiveCap(0), writtenPerSecond: 1_000, cutMs: 0, stable };
      let ms = 0;
      while ((capAt(state, ms) ?? 0) < 1_001) ms += 100;
      return Math.floor(ms / 1000);
    });
    expect(plateaus).toEqual([0, 3, 15, 15]);
  });

  it('drops within a second when capacity drops, and grows back afterwards without burst capacity', () => {
    const before = runFor(20, newAdaptiveCap(0), 0, capacity(5_000), 20_000);
    const fallen = runFor(1, before, 20_000, capacity(500), 20_000);
    expect(capAt(fallen, 21_000)).toBeLessThan(750);
    const storm = runFor(9, fallen, 21_000, capacity(500), 20_000);
    const back = runFor(8, storm, 30_000, capacity(5_000), 20_000);
    expect(capAt(back, 38_000)).toBeGreaterThan(6 * 500);
  });

  it('does not exist after responses without any units', () => {
    let state = newAdaptiveCap(0);
    for (let nowMs = 10; nowMs < 1_000; nowMs += 10) {
      state = adapt(state, { sentMs: nowMs - 6, nowMs, roundTripMs: 6, units: 0, throttledUnits: 0 });
    }
    expect(capAt(state, 1_000)).toBeUndefined();
  });

  it('ignores responses to requests sent before the last cut', () => {
    const state: AdaptiveCap = { ...newAdaptiveCap(0), writtenPerSecond: 1_000, cutMs: 1_000 };
    let next = state;
    for (let n = 0; n < 50; n++) {
      next = adapt(next, { sentMs: 990, nowMs: 1_000 + n * 10, roundTripMs: 100, units: 25, throttledUnits: 25 });
    }
    expect(next).toMatchObject({ writtenPerSecond: 1_000, cutMs: 1_000 });
  });

  it('never drops below two batches per second', () => {
    const state = runFor(20, newAdaptiveCap(0), 0, () => 1, 10_000);
    expect(state.writtenPerSecond).toBe(50);
  });

  it('does not drop for throttling that does not depend on the rate', () => {
    const state = runFor(20, newAdaptiveCap(0), 0, () => 0.06, 10_000);
    expect(capAt(state, 20_000)).toBeGreaterThan(5_000);
  });
});
