import { describe, expect, it } from 'vitest';
import { toMemory } from '../../../../src/load/memory.ts';
import { Entry, Slot } from '../../../../src/load/order/entry.ts';
import { KeyTable } from '../../../../src/load/order/key-table.ts';
import { random, sampled } from '../../../helpers/random.ts';

/** An entry with this key and this hash. */
function entryOf(key: string, keyHash: number): Entry {
  const entry = new Entry();
  const memory = Buffer.from(`raw${key}`);
  entry.slab = { ...toMemory(memory), usedBytes: 0, keptBytes: memory.length, liveRecords: 1 };
  entry.rawEnd = 3;
  entry.keyEnd = memory.length;
  entry.keyHash = keyHash;
  return entry;
}

describe('the key table', () => {
  it.each(sampled([1, 2, 3, 4, 5, 6, 7, 8]))('holds the same slots as a Map, with any hashes, seed %i', (seed) => {
    const chance = random(seed);
    const keys = 1 + Math.floor(chance() * 9_000);
    // With few hashes, keys share them. Hashes near the end of the table wrap around.
    const hashes = chance() < 0.5 ? 1 + Math.floor(chance() * 40) : keys;
    const spread = chance() < 0.5 ? 1 : 4_093;
    const hashOf = (n: number): number => ((n % hashes) * spread - 7) | 0;
    const table = new KeyTable();
    const model = new Map<number, Slot>();
    for (let step = 0; step < 20_000; step++) {
      const n = Math.floor(chance() * keys);
      const entry = entryOf(`k${n}`, hashOf(n));
      const found = table.find(entry);
      if (found !== model.get(n)) expect(found?.newest.key, `step ${step}`).toBe(model.get(n)?.newest.key);
      if (found === undefined) {
        const slot = new Slot();
        slot.newest = entry;
        table.add(slot);
        model.set(n, slot);
      } else if (chance() < 0.6) {
        table.delete(found);
        model.delete(n);
      } else {
        found.newest = entry;
      }
    }
    expect(table.size).toBe(model.size);
    for (const [n, slot] of model) expect(table.find(entryOf(`k${n}`, hashOf(n)))).toBe(slot);
    for (const slot of model.values()) table.delete(slot);
    expect(table.size).toBe(0);
    expect(table.find(entryOf('k1', hashOf(1)))).toBeUndefined();
  });
});
