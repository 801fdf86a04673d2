import { describe, expect, it } from 'vitest';
import { Fifo } from '../../../../src/load/order/ring-buffer.ts';
import { random } from '../../../helpers/random.ts';

describe('a queue', () => {
  it('has nothing to begin with, and nothing after the last', () => {
    const fifo = new Fifo<number>();
    expect(fifo.shift()).toBeUndefined();
    fifo.push(1);
    expect([fifo.shift(), fifo.shift(), fifo.size]).toEqual([1, undefined, 0]);
  });

  it.each([1, 2, 3, 4])('gives what an array gives, wherever it grows, seed %i', (seed) => {
    const chance = random(seed);
    const fifo = new Fifo<number>();
    const model: number[] = [];
    let bias = 0.5;
    for (let step = 0; step < 20_000; step++) {
      if (step % 1_000 === 0) bias = chance();
      if (chance() < bias) {
        fifo.push(step);
        model.push(step);
      } else {
        expect(fifo.shift()).toBe(model.shift());
      }
      expect(fifo.size).toBe(model.length);
    }
  });
});
