import { describe, expect, it } from 'vitest';
import { capAt, newAdaptiveCap, adapt, type AdaptiveCap } from '../../../../src/load/flow/adaptive-rate.ts';

/** Ten answers each tenth of a second, of which a share is turned away; the rate is what the cap allows, or `uncapped`. */
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
    const turnedAwayUnits = units * shareAt(rate);
    state = adapt(state, { sentMs: nowMs - 6, nowMs, roundTripMs: 6, units, turnedAwayUnits });
  }
  return state;
}

const taking = (unitsPerSecond: number) => (rate: number) => Math.max(0, 1 - unitsPerSecond / rate);

describe('the adaptive cap', () => {
  it('is not there until the table turns something away', () => {
    expect(
      capAt(
        runFor(5, newAdaptiveCap(0), 0, () => 0, 10_000),
        5_000,
      ),
    ).toBeUndefined();
  });

  it('is not there for the few items of hot partitions', () => {
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
  ])('comes to about %i where that is taken of %i', (takes, sent) => {
    const state = runFor(30, newAdaptiveCap(0), 0, taking(takes), sent);
    expect(state.takenPerSecond).toBeGreaterThan(takes * 0.85);
    expect(state.takenPerSecond).toBeLessThan(takes * 1.1);
    const cap = capAt({ ...state, cutMs: 30_000 }, 30_000) ?? 0;
    expect(cap / (state.takenPerSecond ?? 0)).toBeCloseTo(0.95);
  });

  it('does not mind answers that neither take nor turn away: requests that are refused', () => {
    let state = newAdaptiveCap(0);
    for (let nowMs = 10; nowMs <= 1_000; nowMs += 10)
      state = adapt(state, { sentMs: nowMs - 6, nowMs, roundTripMs: 6, units: 0, turnedAwayUnits: 0 });
    expect(capAt(state, 1_000)).toBeUndefined();
  });

  it('grows slowly up to the rate that was taken, then faster and faster', () => {
    const steady = { sinceMs: -10_000, unitsPerSecond: 1_000 };
    const state: AdaptiveCap = { ...newAdaptiveCap(0), takenPerSecond: 1_000, cutMs: 0, steady };
    const caps = [0, 1_500, 3_000, 3_500, 4_000, 5_000, 6_000].map((ms) => Math.round(capAt(state, ms) ?? 0));
    expect(caps).toEqual([950, 994, 1_000, 1_064, 1_649, 7_389, 33_115]);
  });

  it('stays the longer about a rate, the longer that has been the right one', () => {
    const stays = [1, 10, 50, 1_000].map((seconds) => {
      const steady = { sinceMs: -seconds * 1000, unitsPerSecond: 1_000 };
      const state: AdaptiveCap = { ...newAdaptiveCap(0), takenPerSecond: 1_000, cutMs: 0, steady };
      let ms = 0;
      while ((capAt(state, ms) ?? 0) < 1_001) ms += 100;
      return Math.floor(ms / 1000);
    });
    expect(stays).toEqual([0, 3, 15, 15]);
  });

  it('falls within a second to what a storm leaves, and climbs after it, though the table puts nothing by', () => {
    const before = runFor(20, newAdaptiveCap(0), 0, taking(5_000), 20_000);
    const fallen = runFor(1, before, 20_000, taking(500), 20_000);
    expect(capAt(fallen, 21_000)).toBeLessThan(750);
    const storm = runFor(9, fallen, 21_000, taking(500), 20_000);
    const back = runFor(8, storm, 30_000, taking(5_000), 20_000);
    expect(capAt(back, 38_000)).toBeGreaterThan(6 * 500);
  });

  it('is not there for requests of which only hot partitions took nothing', () => {
    let state = newAdaptiveCap(0);
    for (let nowMs = 10; nowMs < 1_000; nowMs += 10) {
      state = adapt(state, { sentMs: nowMs - 6, nowMs, roundTripMs: 6, units: 0, turnedAwayUnits: 0 });
    }
    expect(capAt(state, 1_000)).toBeUndefined();
  });

  it('heeds only answers to what was sent since it was set', () => {
    const state: AdaptiveCap = { ...newAdaptiveCap(0), takenPerSecond: 1_000, cutMs: 1_000 };
    let next = state;
    for (let n = 0; n < 50; n++) {
      next = adapt(next, { sentMs: 990, nowMs: 1_000 + n * 10, roundTripMs: 100, units: 25, turnedAwayUnits: 25 });
    }
    expect(next).toMatchObject({ takenPerSecond: 1_000, cutMs: 1_000 });
  });

  it('asks a table that takes nothing twice a second', () => {
    const state = runFor(20, newAdaptiveCap(0), 0, () => 1, 10_000);
    expect(state.takenPerSecond).toBe(50);
  });

  it('does not fall for what is turned away whatever the rate', () => {
    const state = runFor(20, newAdaptiveCap(0), 0, () => 0.06, 10_000);
    expect(capAt(state, 20_000)).toBeGreaterThan(5_000);
  });
});
