import { describe, expect, it } from 'vitest';
import { cutTo } from '../../../../src/load/flow/cap-curve.ts';
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
    expect(state.curve?.writtenPerSecond).toBeGreaterThan(accepted * 0.85);
    expect(state.curve?.writtenPerSecond).toBeLessThan(accepted * 1.1);
  });

  it('does not change for responses without written and throttled items', () => {
    let state = newAdaptiveCap(0);
    for (let nowMs = 10; nowMs <= 1_000; nowMs += 10)
      state = adapt(state, { sentMs: nowMs - 6, nowMs, roundTripMs: 6, units: 0, throttledUnits: 0 });
    expect(capAt(state, 1_000)).toBeUndefined();
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
    const curve = cutTo(undefined, 1_000, 1_000);
    let next: AdaptiveCap = { ...newAdaptiveCap(0), curve };
    for (let n = 0; n < 50; n++) {
      next = adapt(next, { sentMs: 990, nowMs: 1_000 + n * 10, roundTripMs: 100, units: 25, throttledUnits: 25 });
    }
    expect(next.curve).toEqual(curve);
  });

  it('never drops below two batches per second', () => {
    const state = runFor(20, newAdaptiveCap(0), 0, () => 1, 10_000);
    expect(state.curve?.writtenPerSecond).toBe(50);
  });
});

describe('throttling that does not depend on the rate', () => {
  it.each([0.03, 0.06, 0.2, 0.5, 0.9])('is no reason for a cap: share %f', (share) => {
    let state = newAdaptiveCap(0);
    let cappedMs = 0;
    for (let ms = 0; ms < 20_000; ms += 100) {
      state = runFor(0.1, state, ms, () => share, 10_000);
      if ((capAt(state, ms + 100) ?? Infinity) < 10_000) cappedMs += 100;
    }
    // Every ten seconds, a series of cuts shows again that a lower rate does not help.
    expect(cappedMs).toBeLessThan(4_000);
    expect(capAt(state, 20_000)).toBeUndefined();
  });

  it('restores the cap of before, and the share is assumed for ten seconds', () => {
    const before = cutTo(undefined, 5_000, -60_000);
    let state: AdaptiveCap = { ...newAdaptiveCap(0), curve: before };
    let foundMs = 0;
    while (state.constant.share === 0 && foundMs < 10_000) {
      state = runFor(0.01, state, foundMs, () => 0.5, 5_000);
      foundMs += 10;
    }
    expect(state.curve).toMatchObject({ writtenPerSecond: before.writtenPerSecond, cutMs: before.cutMs });
    expect(state.constant).toEqual({ share: 0.5, untilMs: foundMs + 10_000 });
  });

  it('leaves the rate at the capacity of the table for the other items', () => {
    const half = (rate: number) => 1 - Math.min(rate / 2, 4_000) / rate;
    let state = newAdaptiveCap(0);
    let sum = 0;
    for (let ms = 0; ms < 20_000; ms += 100) {
      state = runFor(0.1, state, ms, half, 40_000);
      sum += Math.min(40_000, capAt(state, ms + 100) ?? Infinity);
    }
    expect(sum / 200).toBeGreaterThan(0.75 * 8_000);
    expect(sum / 200).toBeLessThan(1.75 * 8_000);
  });

  it('is not assumed any longer when the share grows with the rate', () => {
    const assumed = { share: 0.2, untilMs: 10_000 };
    const wrong: AdaptiveCap = { ...newAdaptiveCap(0), constant: assumed };
    const state = runFor(1, wrong, 0, capacity(4_000), 20_000);
    expect(state.constant.share).toBe(0);
    expect(capAt(state, 1_000)).toBeLessThan(8_000);
  });
});
