import { describe, expect, it } from 'vitest';
import type { Queueable } from '../../../../src/load/order/partition-queue.ts';
import { PartitionRotation } from '../../../../src/load/order/partition-rotation.ts';

/** A rotation with one element, which the test throttles. */
function setUp() {
  const rotation = new PartitionRotation();
  const element: Queueable = { partition: 1, place: 'none' };
  rotation.push(element);
  const drawAt = (nowMs: number): void => {
    rotation.wake(nowMs);
    while (rotation.shift() !== undefined);
  };
  /** Draws the element and throttles it. @returns the backoff in ms. */
  const backoffAt = (nowMs: number, sentMs = nowMs): number => {
    drawAt(nowMs);
    rotation.pushThrottled(element, { sentMs, nowMs, random: 1 });
    return (rotation.nextMs ?? nowMs) - nowMs;
  };
  return { rotation, drawAt, backoffAt };
}

describe('the backoff of a hot partition', () => {
  it('doubles with every throttle, and halves with every written item', () => {
    const { rotation, drawAt, backoffAt } = setUp();
    expect([0, 100, 200].map((nowMs) => backoffAt(nowMs))).toEqual([20, 40, 80]);
    drawAt(300);
    rotation.shortenBackoff(1);
    expect(backoffAt(300)).toBe(80);
  });

  it('does not grow for requests that were sent before it began', () => {
    const { backoffAt } = setUp();
    backoffAt(100);
    expect(backoffAt(150, 99)).toBe(0);
    expect(backoffAt(200)).toBe(40);
  });

  it('is forgotten one second after the queue became empty', () => {
    const { rotation, drawAt, backoffAt } = setUp();
    backoffAt(0);
    drawAt(100);
    rotation.wake(1_099);
    expect(backoffAt(1_099)).toBe(41);
    drawAt(1_200);
    rotation.wake(2_200);
    expect(backoffAt(2_200)).toBe(20);
  });

  it('is kept if something is queued again within one second', () => {
    const { drawAt, backoffAt } = setUp();
    backoffAt(0);
    drawAt(100);
    expect(backoffAt(1_090)).toBe(40);
    expect(backoffAt(1_130)).toBe(80);
  });

  it('is forgotten at once if enough items were written', () => {
    const { rotation, drawAt, backoffAt } = setUp();
    backoffAt(0);
    rotation.wake(20);
    rotation.shortenBackoff(1);
    drawAt(30);
    expect(backoffAt(40, -1)).toBe(20);
  });
});
