import { describe, expect, it } from 'vitest';
import { slabBytes, Slabs, type Slab } from '../../../../src/load/order/slab.ts';

function fill(slabs: Slabs, bytes: number): Slab {
  const slab = slabs.reserve(bytes);
  slab.usedBytes += bytes;
  return slab;
}

describe('slabs', () => {
  it('are shared by neighbouring records until the last one is released', () => {
    const slabs = new Slabs();
    const [first, second] = [fill(slabs, 1_000), fill(slabs, 1_000)];
    expect(second).toBe(first);
    const other = fill(slabs, slabBytes);
    expect(other).not.toBe(first);
    expect(slabs.heldBytes).toBe(2 * slabBytes);
    slabs.release(first);
    expect(slabs.heldBytes).toBe(2 * slabBytes);
    slabs.release(second);
    expect(slabs.heldBytes).toBe(slabBytes);
  });

  it('are reused', () => {
    const slabs = new Slabs();
    const first = fill(slabs, slabBytes);
    const { bytes } = first;
    fill(slabs, slabBytes);
    slabs.release(first);
    expect(fill(slabs, slabBytes).bytes).toBe(bytes);
  });

  it('for a single large record are freed with it, even the current one', () => {
    const slabs = new Slabs();
    const large = fill(slabs, 40 * slabBytes);
    expect(slabs.heldBytes).toBe(40 * slabBytes);
    slabs.release(large);
    expect(slabs.heldBytes).toBe(0);
    expect(fill(slabs, 10).bytes.length).toBe(slabBytes);
  });

  it('are filled from the start again when all records of the current one are released', () => {
    const slabs = new Slabs();
    const first = fill(slabs, slabBytes - 10);
    slabs.release(first);
    expect(fill(slabs, 1_000)).toBe(first);
    expect(first.usedBytes).toBe(1_000);
    expect(slabs.heldBytes).toBe(slabBytes);
  });
});
