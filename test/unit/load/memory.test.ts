import { describe, expect, it } from 'vitest';
import { copySpan, memoryOf } from '../../../src/load/memory.ts';
import { below, random } from '../../helpers/random.ts';

describe('copying bytes', () => {
  it('does what Buffer.copy does, whatever the places and lengths, and spoils nothing around', () => {
    const chance = random(1);
    const source = Buffer.from(Array.from({ length: 4_096 }, () => below(256, chance)));
    for (let round = 0; round < 5_000; round++) {
      const length = below(round % 10 === 0 ? 2_000 : 40, chance);
      const start = below(source.length - length, chance);
      const at = below(100, chance);
      // It ends right behind what is copied, in half of the rounds.
      const size = at + length + (round % 2) * below(8, chance);
      const [found, wanted] = [Buffer.alloc(size, 0xee), Buffer.alloc(size, 0xee)];
      copySpan({ ...memoryOf(source), start, end: start + length }, memoryOf(found), at);
      source.copy(wanted, at, start, start + length);
      expect(found.equals(wanted), `${length} bytes from ${start} to ${at}`).toBe(true);
    }
  });
});
