import { describe, expect, it } from 'vitest';
import {
  adjustForResponse,
  adjustForLoss,
  maxAuto,
  newConcurrency,
  type Concurrency,
} from '../../../../src/load/flow/concurrency.ts';

/** Applies responses for this long, with as many requests in flight as allowed. `roundTripMs` depends on their number. */
function runFor(
  ms: number,
  start: Concurrency,
  fromMs: number,
  roundTripMs: (inFlight: number) => number,
): Concurrency {
  let state = start;
  for (let nowMs = fromMs; nowMs < fromMs + ms;) {
    const { ceiling } = state;
    nowMs += roundTripMs(ceiling);
    for (let n = 0; n < ceiling; n++) {
      state = adjustForResponse(state, {
        sentMs: nowMs - roundTripMs(ceiling),
        nowMs,
        inFlight: ceiling,
        isPaced: false,
      });
    }
  }
  return state;
}

/** Round trips over a network with this latency, to a processor that handles this many requests per second. */
const limited = (perSecond: number, latencyMs: number) => (inFlight: number) =>
  Math.max(latencyMs, (inFlight / perSecond) * 1000);

describe('auto concurrency', () => {
  it.each([
    [0, 10_000, 16, 24],
    [6, 10_000, 48, 128],
    [50, 10_000, 350, maxAuto],
    [200, 10_000, maxAuto, maxAuto],
    [20, 500, 16, 24],
  ])('at %i ms latency and %i requests per second is between %i and %i', (latencyMs, perSecond, min, max) => {
    const { ceiling } = runFor(9_000, newConcurrency('auto', 0), 0, limited(perSecond, latencyMs));
    expect(ceiling).toBeGreaterThanOrEqual(min);
    expect(ceiling).toBeLessThanOrEqual(max);
  });

  it('grows within two seconds if only latency limits', () => {
    const { ceiling } = runFor(2_000, newConcurrency('auto', 0), 0, limited(100_000, 50));
    expect(ceiling).toBeGreaterThanOrEqual(0.75 * maxAuto);
  });

  it('shrinks again when the latency drops', () => {
    const far = runFor(5_000, newConcurrency('auto', 0), 0, limited(10_000, 50));
    const near = runFor(60_000, far, 5_000, limited(10_000, 1));
    expect(near.ceiling).toBeLessThan(far.ceiling / 4);
  });

  it('does not change if fewer requests are in flight than allowed', () => {
    let state = newConcurrency('auto', 0);
    for (let nowMs = 10; nowMs < 5_000; nowMs += 10)
      state = adjustForResponse(state, { sentMs: nowMs - 10, nowMs, inFlight: 5, isPaced: false });
    expect(state.ceiling).toBe(16);
  });
});

describe('auto concurrency that does not limit throughput', () => {
  /** Half of the allowed requests are in flight, and a quarter would be as fast. */
  const half = (ms: number, start: Concurrency, fromMs: number, isPaced: boolean): Concurrency => {
    let state = start;
    for (let nowMs = fromMs; nowMs < fromMs + ms; nowMs += 0.25) {
      const inFlight = Math.ceil(state.ceiling / 2);
      state = adjustForResponse(state, { sentMs: nowMs - inFlight / 4, nowMs, inFlight, isPaced });
    }
    return state;
  };
  const many: Concurrency = { ...newConcurrency('auto', 0), ceiling: 256 };

  it('shrinks to the minimum', () => {
    expect(half(5_000, many, 0, false).ceiling).toBe(16);
  });

  it('does not change if a rate limit sets the pace', () => {
    expect(half(5_000, many, 0, true).ceiling).toBe(256);
  });

  it('grows as soon as it limits throughput', () => {
    const few = half(60_000, many, 0, false);
    expect(few.ceiling).toBe(16);
    expect(runFor(2_000, few, 60_000, limited(100_000, 50)).ceiling).toBeGreaterThanOrEqual(64);
  });
});

describe('a lost response', () => {
  const at = (ceiling: number): Concurrency => ({ ...newConcurrency('auto', 0), ceiling });

  it('halves the concurrency once for all requests in flight', () => {
    const once = adjustForLoss(at(64), 100, 200, 1);
    expect(once.ceiling).toBe(32);
    expect(adjustForLoss(once, 150, 250, 1)).toBe(once);
    expect(adjustForLoss(once, 210, 300, 1).ceiling).toBe(16);
  });

  it('leaves at least one request in flight', () => {
    let state = at(8);
    for (let nowMs = 1; nowMs < 20; nowMs++) state = adjustForLoss(state, nowMs, nowMs, 1);
    expect(state.ceiling).toBe(1);
  });

  it.each([
    [1, 0],
    [2, 50],
    [3, 100],
    [9, 5_000],
    [50, 5_000],
  ])('number %i in a row stops sending for %i ms', (losses, waitMs) => {
    let state = at(8);
    for (let n = 1; n <= losses; n++) state = adjustForLoss(state, n * 10, n * 10, 1);
    expect(Math.max(0, state.backoffUntilMs - losses * 10)).toBe(waitMs);
  });

  it('is undone by later responses, also with a fixed concurrency', () => {
    let state = adjustForLoss(adjustForLoss(newConcurrency(8, 0), 1, 10, 1), 11, 20, 1);
    expect(state.ceiling).toBe(2);
    for (let nowMs = 30; state.ceiling < 8 && nowMs < 200; nowMs += 10) {
      state = adjustForResponse(state, { sentMs: nowMs - 5, nowMs, inFlight: state.ceiling, isPaced: false });
    }
    expect(state).toMatchObject({ ceiling: 8, lossesInARow: 0, backoffUntilMs: 0 });
    expect(runFor(5_000, state, 200, () => 10).ceiling).toBe(8);
  });
});
