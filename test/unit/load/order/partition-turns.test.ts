import { describe, expect, it } from 'vitest';
import type { Queueable } from '../../../../src/load/order/partition-queue.ts';
import { PartitionTurns } from '../../../../src/load/order/partition-turns.ts';

/** A queue of one partition, whose element the table throttles. */
function setUp() {
  const turns = new PartitionTurns();
  const element: Queueable = { partition: 1, place: 'nowhere' };
  turns.push(element);
  const drawAt = (nowMs: number): void => {
    turns.wake(nowMs);
    while (turns.shift() !== undefined);
  };
  /** Draws the element, and throttles it at once. @returns how long it waits, in ms; at least 10, as waits end at multiples of that. */
  const waitAt = (nowMs: number, sentMs = nowMs): number => {
    drawAt(nowMs);
    turns.pushThrottled(element, { sentMs, nowMs, chance: 1 });
    return (turns.nextMs ?? nowMs) - nowMs;
  };
  return { turns, drawAt, waitAt };
}

describe('the wait of a hot partition', () => {
  it('doubles each time the table throttles it, and halves each time the table takes something', () => {
    const { turns, drawAt, waitAt } = setUp();
    expect([0, 100, 200].map((nowMs) => waitAt(nowMs))).toEqual([20, 40, 80]);
    drawAt(300);
    turns.taken(1);
    expect(waitAt(300)).toBe(80);
  });

  it('does not change for what was sent before it began', () => {
    const { waitAt } = setUp();
    waitAt(100);
    expect(waitAt(150, 99)).toBe(0);
    expect(waitAt(200)).toBe(40);
  });

  it('is forgotten a second after nothing is queued', () => {
    const { turns, drawAt, waitAt } = setUp();
    waitAt(0);
    drawAt(100);
    turns.wake(1_099);
    expect(waitAt(1_099)).toBe(41);
    drawAt(1_200);
    turns.wake(2_200);
    expect(waitAt(2_200)).toBe(20);
  });

  it('is remembered a second after nothing is queued if something is queued then', () => {
    const { drawAt, waitAt } = setUp();
    waitAt(0);
    drawAt(100);
    expect(waitAt(1_090)).toBe(40);
    expect(waitAt(1_130)).toBe(80);
  });

  it('is forgotten at once if the table has taken enough', () => {
    const { turns, drawAt, waitAt } = setUp();
    waitAt(0);
    turns.wake(20);
    turns.taken(1);
    drawAt(30);
    expect(waitAt(40, -1)).toBe(20);
  });
});
