import { describe, expect, it } from 'vitest';
import { HotPartitions } from '../../../../src/load/order/hot-partitions.ts';

const isEmpty = (): boolean => true;

/** How long a partition waits that is throttled at a time, in ms; at least 10, as waits end at multiples of that. */
function waitAt(hot: HotPartitions, nowMs: number): number {
  return hot.throttle(1, { sentMs: nowMs, nowMs, chance: 1 }) - nowMs;
}

describe('the wait of a hot partition', () => {
  it('doubles each time the table throttles it, and halves each time the table takes something', () => {
    const hot = new HotPartitions();
    expect([0, 100, 200].map((nowMs) => waitAt(hot, nowMs))).toEqual([20, 40, 80]);
    hot.relieve(1);
    expect(waitAt(hot, 300)).toBe(80);
  });

  it('does not change for what was sent before it began', () => {
    const hot = new HotPartitions();
    waitAt(hot, 100);
    expect(hot.throttle(1, { sentMs: 99, nowMs: 150, chance: 1 })).toBe(150);
    expect(waitAt(hot, 200)).toBe(40);
  });

  it('is forgotten a second after nothing is queued, unless something is queued then', () => {
    const hot = new HotPartitions();
    waitAt(hot, 0);
    hot.leave(1, 100);
    hot.forget(1_099, isEmpty);
    expect(hot.size).toBe(1);
    hot.forget(1_100, () => false);
    expect(hot.size).toBe(1);
    hot.leave(1, 1_200);
    hot.forget(2_200, isEmpty);
    expect(hot.size).toBe(0);
  });

  it('is forgotten at once if the table has taken enough', () => {
    const hot = new HotPartitions();
    waitAt(hot, 0);
    hot.relieve(1);
    hot.leave(1, 100);
    expect(hot.size).toBe(0);
  });
});
