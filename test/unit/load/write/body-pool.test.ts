import { describe, expect, it } from 'vitest';
import { BodyPool } from '../../../../src/load/write/body-pool.ts';

describe('the body pool', () => {
  it.each([
    [1, 4_096],
    [4_096, 4_096],
    [4_097, 8_192],
    [8_500, 16_384],
    [65_536, 65_536],
    [65_537, 65_537],
    [16 * 1024 * 1024, 16 * 1024 * 1024],
  ])('returns for %i bytes a buffer of %i', (bytes, expected) => {
    expect(new BodyPool().take(bytes)).toHaveLength(expected);
  });

  it('reuses buffers of the same size, except large ones', () => {
    const bodies = new BodyPool();
    const [first, other, large] = [bodies.take(8_000), bodies.take(20_000), bodies.take(100_000)];
    for (const memory of [first, other, large]) bodies.release(memory);
    expect(bodies.take(100_000)).not.toBe(large);
    expect(bodies.take(5_000)).toBe(first);
    expect(bodies.take(5_000)).not.toBe(first);
    expect(bodies.take(32_768)).toBe(other);
  });
});
