import { toMemory, type Memory } from '../memory.ts';

/** Size of an ordinary slab. Large enough that a record needs no allocation, small enough that a record that settles late
 * does not keep much of its neighbours' memory. */
export const slabBytes = 256 * 1024;

/** Empty slabs kept for reuse, so that a load allocates no more once it runs steadily. */
const spareSlabs = 32;

/**
 * A block of memory shared by neighbouring records, freed when the last of them is settled. It is filled from both ends:
 * items that are sent together are adjacent at the front; raw records and keys are at the back.
 */
export interface Slab extends Memory {
  /** Bytes used at the front. */
  usedBytes: number;
  /** Bytes used at the back. */
  keptBytes: number;
  /** Records in it that are not released. */
  liveRecords: number;
}

/** The slab of an entry without a record. */
export const noSlab: Slab = newSlab(toMemory(Buffer.alloc(0)));

function newSlab({ bytes, view }: Memory): Slab {
  return { bytes, view, usedBytes: 0, keptBytes: 0, liveRecords: 0 };
}

/** Memory of the records in the window. `heldBytes` counts whole slabs, even if few of their records are still waiting. */
export class Slabs {
  heldBytes = 0;
  #current: Slab | undefined;
  readonly #spare: Memory[] = [];

  /** Returns a slab with `bytes` free between front and back. The caller fills them and updates `usedBytes` and `keptBytes`. */
  reserve(bytes: number): Slab {
    const current = this.#current;
    if (current !== undefined && current.bytes.length - current.usedBytes - current.keptBytes >= bytes) {
      current.liveRecords++;
      return current;
    }
    const size = Math.max(bytes, slabBytes);
    const memory = (size === slabBytes ? this.#spare.pop() : undefined) ?? toMemory(Buffer.allocUnsafeSlow(size));
    this.heldBytes += size;
    const slab = newSlab(memory);
    slab.liveRecords = 1;
    if (current?.liveRecords === 0) this.#free(current);
    this.#current = slab;
    return slab;
  }

  release(slab: Slab): void {
    slab.liveRecords--;
    if (slab.liveRecords > 0) return;
    if (slab !== this.#current) {
      this.#free(slab);
    } else if (slab.bytes.length === slabBytes) {
      slab.usedBytes = 0;
      slab.keptBytes = 0;
    } else {
      // Made for a single large record: if kept, it would fill an empty window.
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
