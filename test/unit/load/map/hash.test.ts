import { describe, expect, it } from 'vitest';
import { hashKey } from '../../../../src/load/map/hash.ts';

const hashOf = (text: string): number => hashKey(Buffer.from(text), 0, Buffer.byteLength(text));

describe('hashKey', () => {
  it('depends only on the bytes, not on their position', () => {
    const memory = Buffer.from('before customer-17 after!');
    expect(hashKey(memory, 7, 18)).toBe(hashOf('customer-17'));
    expect(hashKey(memory, 7, 17)).not.toBe(hashOf('customer-17'));
  });

  it('returns a signed 32-bit integer', () => {
    for (let n = 0; n < 1_000; n++) {
      const hash = hashOf(`key ${n}`);
      expect(hash).toBe(hash | 0);
    }
  });

  it('spreads similar keys evenly over the lowest bits', () => {
    const places = 1 << 10;
    const keys = 10 * places;
    const counts = new Array<number>(places).fill(0);
    for (let n = 0; n < keys; n++) {
      const place = hashOf(`id-${n}`) & (places - 1);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    // Ten keys per place on average. With an even spread, a place exceeds 36 less than once in a million runs.
    expect(Math.max(...counts)).toBeLessThan(36);
    expect(counts.filter((count) => count === 0).length).toBeLessThan(10);
  });
});
