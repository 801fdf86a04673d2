import { memoryOf, type Memory } from '../memory.ts';

/** Size of an ordinary slab. Large enough that a record costs no allocation of its own, small enough that a
 * record that settles late does not hold much of its neighbours' memory. */
export const slabBytes = 256 * 1024;

/** Empty slabs kept for reuse, so that a steady load allocates nothing. */
const spareSlabs = 32;

/**
 * A block of memory shared by neighbouring records; given back when the last of them is settled. It is filled from both
 * ends: what is sent together lies together at the front, what is only kept lies at the back.
 */
export interface Slab extends Memory {
  /** Bytes in use from the first on. */
  usedBytes: number;
  /** Bytes in use up to the last. */
  keptBytes: number;
  /** Records in it that are not released yet. */
  live: number;
}

/** What an entry has that holds no record. */
export const noSlab: Slab = newSlab(memoryOf(Buffer.alloc(0)));

function newSlab({ bytes, view }: Memory): Slab {
  return { bytes, view, usedBytes: 0, keptBytes: 0, live: 0 };
}

/**
 * Where records wait for their outcome. Memory is counted by whole slabs, so `heldBytes` is what is really
 * held, however few of a slab's records are still waiting.
 */
export class Slabs {
  heldBytes = 0;
  #current: Slab | undefined;
  readonly #spare: Memory[] = [];

  /** A slab with room for `bytes` in all, from `usedBytes` on and before what is kept. The caller fills it, and counts what it has used. */
  reserve(bytes: number): Slab {
    const current = this.#current;
    if (current !== undefined && current.bytes.length - current.usedBytes - current.keptBytes >= bytes) {
      current.live++;
      return current;
    }
    const size = Math.max(bytes, slabBytes);
    const memory = (size === slabBytes ? this.#spare.pop() : undefined) ?? memoryOf(Buffer.allocUnsafeSlow(size));
    this.heldBytes += size;
    const slab = newSlab(memory);
    slab.live = 1;
    if (current?.live === 0) this.#free(current);
    this.#current = slab;
    return slab;
  }

  release(slab: Slab): void {
    slab.live--;
    if (slab.live > 0) return;
    if (slab !== this.#current) {
      this.#free(slab);
    } else if (slab.bytes.length === slabBytes) {
      slab.usedBytes = 0;
      slab.keptBytes = 0;
    } else {
      // One made for a single large record: kept, it would fill the window while nothing is in it.
      this.#current = undefined;
      this.#free(slab);
    }
  }

  #free(slab: Slab): void {
    this.heldBytes -= slab.bytes.length;
    if (slab.bytes.length === slabBytes && this.#spare.length < spareSlabs) {
      this.#spare.push({ bytes: slab.bytes, view: slab.view });
    }
  }
}
