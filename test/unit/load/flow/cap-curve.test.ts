import { describe, expect, it } from 'vitest';
import { cutTo, isBeyondPlateau, unitsPerSecondAt, type CapCurve } from '../../../../src/load/flow/cap-curve.ts';

/** The curve after a cut at 0 ms, if the rate has been right for this long. */
function stableFor(seconds: number): CapCurve {
  return { ...cutTo(undefined, 1_000, 0), stable: { sinceMs: -seconds * 1000, unitsPerSecond: 1_000 } };
}

describe('the cap after a cut', () => {
  it('grows slowly up to the written rate, then faster and faster', () => {
    const caps = [0, 1_500, 3_000, 3_500, 4_000, 5_000, 6_000].map((ms) => unitsPerSecondAt(stableFor(10), ms));
    expect(caps.map(Math.round)).toEqual([950, 994, 1_000, 1_064, 1_649, 7_389, 33_115]);
  });

  it('stays longer at a rate that has been right for longer', () => {
    const plateaus = [1, 10, 50, 1_000].map((seconds) => {
      let ms = 0;
      while (!isBeyondPlateau(stableFor(seconds), ms)) ms += 100;
      return Math.floor(ms / 1000);
    });
    expect(plateaus).toEqual([0, 3, 15, 15]);
  });

  it.each([
    [1_200, 0],
    [1_300, 20_000],
    [700, 20_000],
  ])('at %i units per second counts as stable since %i ms', (perSecond, sinceMs) => {
    expect(cutTo(cutTo(undefined, 1_000, 0), perSecond, 20_000).stable.sinceMs).toBe(sinceMs);
  });
});
