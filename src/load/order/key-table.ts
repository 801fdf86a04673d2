import type { Entry, Slot } from './entry.ts';

const initialCapacity = 1 << 12;

/**
 * The slots of all keys in the window, found by the bytes of the key. Unlike a `Map` of strings, it creates no string per
 * record, and takes a third of the time (`npm run bench`). Open addressing, linear probing, at most half full. Hashes are
 * seeded (`hashKey`), because keys may come from a hostile file. The size of the window limits the worst search.
 */
export class KeyTable {
  #mask = initialCapacity - 1;
  #slots = new Array<Slot | undefined>(initialCapacity).fill(undefined);
  /** Hashes of the keys: a search compares bytes only if the hashes are equal. */
  #hashes = new Int32Array(initialCapacity);
  /** Number of slots. */
  size = 0;

  /** Returns the slot of the entry's key. */
  find(entry: Entry): Slot | undefined {
    const { keyHash } = entry;
    for (let at = keyHash & this.#mask; ; at = (at + 1) & this.#mask) {
      const slot = this.#slots[at];
      if (slot === undefined || (this.#hashes[at] === keyHash && hasSameKey(slot.newest, entry))) return slot;
    }
  }

  /** @param slot of a key that the table does not contain. */
  add(slot: Slot): void {
    if (2 * ++this.size > this.#mask) this.#grow();
    this.#put(slot);
  }

  delete(slot: Slot): void {
    const slots = this.#slots;
    const hashes = this.#hashes;
    const mask = this.#mask;
    let hole = slot.newest.keyHash & mask;
    while (slots[hole] !== slot) hole = (hole + 1) & mask;
    // Moves up the slots after the hole that a search would no longer find.
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const moved = slots[at];
      if (moved === undefined) break;
      const hash = hashes[at] as number;
      if (((at - hash) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = moved;
      hashes[hole] = hash;
      hole = at;
    }
    slots[hole] = undefined;
    this.size--;
  }

  #put(slot: Slot): void {
    const { keyHash } = slot.newest;
    let at = keyHash & this.#mask;
    while (this.#slots[at] !== undefined) at = (at + 1) & this.#mask;
    this.#slots[at] = slot;
    this.#hashes[at] = keyHash;
  }

  #grow(): void {
    const slots = this.#slots;
    this.#mask = 2 * slots.length - 1;
    this.#slots = new Array<Slot | undefined>(2 * slots.length).fill(undefined);
    this.#hashes = new Int32Array(2 * slots.length);
    for (const slot of slots) if (slot !== undefined) this.#put(slot);
  }
}

/** Compares the bytes of two keys whose hashes are equal. */
function hasSameKey(one: Entry, other: Entry): boolean {
  const length = one.keyEnd - one.rawEnd;
  if (length !== other.keyEnd - other.rawEnd) return false;
  const left = one.slab.bytes;
  const right = other.slab.bytes;
  for (let at = 0; at < length; at++) if (left[one.rawEnd + at] !== right[other.rawEnd + at]) return false;
  return true;
}
