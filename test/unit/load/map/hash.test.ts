import { describe, expect, it } from 'vitest';
import { hashKey } from '../../../../src/load/map/hash.ts';

const hashOf = (text: string): number => hashKey(Buffer.from(text), 0, Buffer.byteLength(text));

describe('the hash of a key', () => {
  it('is that of its bytes alone, wherever they lie', () => {
    const memory = Buffer.from('before customer-17 behind');
    expect(hashKey(memory, 7, 18)).toBe(hashOf('customer-17'));
    expect(hashKey(memory, 7, 17)).not.toBe(hashOf('customer-17'));
  });

  it('is a whole number of 32 bits with a sign', () => {
    for (let n = 0; n < 1_000; n++) {
      const hash = hashOf(`key ${n}`);
      expect(hash).toBe(hash | 0);
    }
  });

  it('spreads keys that differ little evenly over the lowest bits', () => {
    const places = 1 << 10;
    const keys = 10 * places;
    const counts = new Array<number>(places).fill(0);
    for (let n = 0; n < keys; n++) {
      const place = hashOf(`id-${n}`) & (places - 1);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    // Ten to a place; of even chances none is above 36 once in a million runs.
    expect(Math.max(...counts)).toBeLessThan(36);
    expect(counts.filter((count) => count === 0).length).toBeLessThan(10);
  });
});
