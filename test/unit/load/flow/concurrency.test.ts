import { describe, expect, it } from 'vitest';
import { afterAnswer, afterLoss, mostAuto, newInFlight, type InFlight } from '../../../../src/load/flow/concurrency.ts';

/** Answers for so long, as many in flight as may be; a round trip takes what `roundTripMs` says of how many that are. */
function runFor(ms: number, start: InFlight, fromMs: number, roundTripMs: (inFlight: number) => number): InFlight {
  let state = start;
  for (let nowMs = fromMs; nowMs < fromMs + ms;) {
    const { ceiling } = state;
    nowMs += roundTripMs(ceiling);
    for (let n = 0; n < ceiling; n++) {
      state = afterAnswer(state, { sentMs: nowMs - roundTripMs(ceiling), nowMs, inFlight: ceiling, isPaced: false });
    }
  }
  return state;
}

/** A processor that does so many requests a second, behind a network of so much latency. */
const limited = (perSecond: number, latencyMs: number) => (inFlight: number) =>
  Math.max(latencyMs, (inFlight / perSecond) * 1000);

describe('requests in flight, auto', () => {
  it.each([
    [0, 10_000, 16, 24],
    [6, 10_000, 48, 128],
    [50, 10_000, 350, mostAuto],
    [200, 10_000, mostAuto, mostAuto],
    [20, 500, 16, 24],
  ])('at %i ms latency and %i requests a second come between %i and %i', (latencyMs, perSecond, least, most) => {
    const { ceiling } = runFor(9_000, newInFlight('auto', 0), 0, limited(perSecond, latencyMs));
    expect(ceiling).toBeGreaterThanOrEqual(least);
    expect(ceiling).toBeLessThanOrEqual(most);
  });

  it('are many within two seconds where only latency limits', () => {
    const { ceiling } = runFor(2_000, newInFlight('auto', 0), 0, limited(100_000, 50));
    expect(ceiling).toBeGreaterThanOrEqual(0.75 * mostAuto);
  });

  it('become fewer again when the network comes nearer', () => {
    const far = runFor(5_000, newInFlight('auto', 0), 0, limited(10_000, 50));
    const near = runFor(60_000, far, 5_000, limited(10_000, 1));
    expect(near.ceiling).toBeLessThan(far.ceiling / 4);
  });

  it('stay as they are where not as many are in flight as may be', () => {
    let state = newInFlight('auto', 0);
    for (let nowMs = 10; nowMs < 5_000; nowMs += 10)
      state = afterAnswer(state, { sentMs: nowMs - 10, nowMs, inFlight: 5, isPaced: false });
    expect(state.ceiling).toBe(16);
  });
});

describe('requests in flight where what may be is no limit', () => {
  /** Half of what may be is in flight, and brings no more than a quarter would. */
  const half = (ms: number, start: InFlight, fromMs: number, isPaced: boolean): InFlight => {
    let state = start;
    for (let nowMs = fromMs; nowMs < fromMs + ms; nowMs += 0.25) {
      const inFlight = Math.ceil(state.ceiling / 2);
      state = afterAnswer(state, { sentMs: nowMs - inFlight / 4, nowMs, inFlight, isPaced });
    }
    return state;
  };
  const much: InFlight = { ...newInFlight('auto', 0), ceiling: 256 };

  it('become fewer: nothing is lost by that', () => {
    expect(half(5_000, much, 0, false).ceiling).toBe(16);
  });

  it('stay as many where a rate sets the pace', () => {
    expect(half(5_000, much, 0, true).ceiling).toBe(256);
  });

  it('grow soon where they become a limit', () => {
    const few = half(60_000, much, 0, false);
    expect(few.ceiling).toBe(16);
    expect(runFor(2_000, few, 60_000, limited(100_000, 50)).ceiling).toBeGreaterThanOrEqual(64);
  });
});

describe('a lost answer', () => {
  const at = (ceiling: number): InFlight => ({ ...newInFlight('auto', 0), ceiling });

  it('halves what may be in flight, once for all that was in flight then', () => {
    const once = afterLoss(at(64), 100, 200, 1);
    expect(once.ceiling).toBe(32);
    expect(afterLoss(once, 150, 250, 1)).toBe(once);
    expect(afterLoss(once, 210, 300, 1).ceiling).toBe(16);
  });

  it('never leaves none', () => {
    let state = at(8);
    for (let nowMs = 1; nowMs < 20; nowMs++) state = afterLoss(state, nowMs, nowMs, 1);
    expect(state.ceiling).toBe(1);
  });

  it.each([
    [1, 0],
    [2, 50],
    [3, 100],
    [9, 5_000],
    [50, 5_000],
  ])('number %i in a row keeps quiet for %i ms', (losses, quietMs) => {
    let state = at(8);
    for (let n = 1; n <= losses; n++) state = afterLoss(state, n * 10, n * 10, 1);
    expect(Math.max(0, state.quietUntilMs - losses * 10)).toBe(quietMs);
  });

  it('is made up for by answers, also of a fixed number in flight', () => {
    let state = afterLoss(afterLoss(newInFlight(8, 0), 1, 10, 1), 11, 20, 1);
    expect(state.ceiling).toBe(2);
    for (let nowMs = 30; state.ceiling < 8 && nowMs < 200; nowMs += 10) {
      state = afterAnswer(state, { sentMs: nowMs - 5, nowMs, inFlight: state.ceiling, isPaced: false });
    }
    expect(state).toMatchObject({ ceiling: 8, halved: 0, quietUntilMs: 0 });
    expect(runFor(5_000, state, 200, () => 10).ceiling).toBe(8);
  });
});
