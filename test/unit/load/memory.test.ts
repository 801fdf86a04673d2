import { describe, expect, it } from 'vitest';
import { copySpan, toMemory } from '../../../src/load/memory.ts';
import { below, random } from '../../helpers/random.ts';

describe('copySpan', () => {
  it('copies like Buffer.copy for all positions and lengths, and changes no other bytes', () => {
    const chance = random(1);
    const source = Buffer.from(Array.from({ length: 4_096 }, () => below(256, chance)));
    for (let round = 0; round < 5_000; round++) {
      const length = below(round % 10 === 0 ? 2_000 : 40, chance);
      const start = below(source.length - length, chance);
      const at = below(100, chance);
      // In half of the rounds, the target ends right after the copied bytes.
      const size = at + length + (round % 2) * below(8, chance);
      const [copied, expected] = [Buffer.alloc(size, 0xee), Buffer.alloc(size, 0xee)];
      copySpan({ ...toMemory(source), start, end: start + length }, toMemory(copied), at);
      source.copy(expected, at, start, start + length);
      expect(copied.equals(expected), `${length} bytes from ${start} to ${at}`).toBe(true);
    }
  });
});
