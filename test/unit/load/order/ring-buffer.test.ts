import { describe, expect, it } from 'vitest';
import { RingBuffer } from '../../../../src/load/order/ring-buffer.ts';
import { random } from '../../../helpers/random.ts';

describe('the ring buffer', () => {
  it('is empty at first, and after its last element', () => {
    const buffer = new RingBuffer<number>();
    expect(buffer.shift()).toBeUndefined();
    buffer.push(1);
    expect([buffer.shift(), buffer.shift(), buffer.size]).toEqual([1, undefined, 0]);
  });

  it.each([1, 2, 3, 4])('returns the same elements as an array, wherever it grows, seed %i', (seed) => {
    const chance = random(seed);
    const buffer = new RingBuffer<number>();
    const model: number[] = [];
    let bias = 0.5;
    for (let step = 0; step < 20_000; step++) {
      if (step % 1_000 === 0) bias = chance();
      if (chance() < bias) {
        buffer.push(step);
        model.push(step);
      } else {
        expect(buffer.shift()).toBe(model.shift());
      }
      expect(buffer.size).toBe(model.length);
    }
  });
});
