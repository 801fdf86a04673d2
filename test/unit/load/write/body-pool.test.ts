import { describe, expect, it } from 'vitest';
import { Bodies } from '../../../../src/load/write/body-pool.ts';

describe('the memory of bodies', () => {
  it.each([
    [1, 4_096],
    [4_096, 4_096],
    [4_097, 8_192],
    [8_500, 16_384],
    [65_536, 65_536],
    [65_537, 65_537],
    [16 * 1024 * 1024, 16 * 1024 * 1024],
  ])('%i bytes take %i', (bytes, taken) => {
    expect(new Bodies().take(bytes)).toHaveLength(taken);
  });

  it('is used again by a body of its size, the large ones are not', () => {
    const bodies = new Bodies();
    const [first, other, large] = [bodies.take(8_000), bodies.take(20_000), bodies.take(100_000)];
    for (const memory of [first, other, large]) bodies.giveBack(memory);
    expect(bodies.take(100_000)).not.toBe(large);
    expect(bodies.take(5_000)).toBe(first);
    expect(bodies.take(5_000)).not.toBe(first);
    expect(bodies.take(32_768)).toBe(other);
  });
});
