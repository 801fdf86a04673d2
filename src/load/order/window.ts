import { unitsOf } from '../../dynamodb/limits.ts';
import { encodedRequestBytes } from '../../dynamodb/request-size.ts';
import { Entry, Slot, type Rejection } from './entry.ts';
import type { Frontier } from './frontier.ts';
import type { ThrottledAnswer } from './partition-queue.ts';
import { KeyTable } from './key-table.ts';
import { ReadyQueue } from './ready-queue.ts';
import { noSlab, Slabs } from './slab.ts';

/** Bounds of what is not settled; at any of them reading stops (P4). */
export interface WindowBounds {
  /** Records that are not settled, displaced ones and rejects that the frontier has not passed included. */
  readonly records: number;
  /** Memory of their bytes, raw and encoded. */
  readonly bytes: number;
  /** Records from the frontier to the reading position. */
  readonly distance: number;
}

/** Small enough to stay near the processor: four times as much costs a tenth more CPU and 170 MB (`npm run bench`). */
export const defaultBounds: WindowBounds = { records: 32_768, bytes: 32 * 1024 * 1024, distance: 1_048_576 };

/** Where a table has a sort key: of a file sorted by partition key with 1,000 records each, a hundred partitions are mixed. */
export const mixingBounds: WindowBounds = { ...defaultBounds, records: 131_072, bytes: 64 * 1024 * 1024 };

/** How many items, how many encoded bytes, and how many write units, a batch may have. One item may have more of the last two. */
export interface BatchLimits {
  readonly items: number;
  readonly bytes: number;
  /** By the sizes of the items. Default: no limit. */
  readonly units?: number;
}

/**
 * The order of mode `put`: the table ends as if the records had been written one by one in file order (P2).
 *
 * Of each key at most one record is in flight. A later record takes the place of one that waits (which is then
 * displaced), but never of one in flight, nor of an unknown one: it waits for that one's acknowledgement. An
 * acknowledgement makes all earlier displaced records of its key superseded; a refusal brings back the nearest
 * earlier one. Pure: it knows neither network nor clock.
 */
export class Window {
  readonly slabs = new Slabs();
  /** Records that are neither settled nor, if rejected, passed by the frontier. */
  records = 0;
  readonly #slots = new KeyTable();
  /** Entries and slots that are free to be used anew: a load makes no object for a record. */
  readonly #spareEntries: Entry[] = [];
  readonly #spareSlots: Slot[] = [];
  readonly #ready: ReadyQueue<Slot>;
  readonly #frontier: Frontier<Entry>;
  readonly #bounds: WindowBounds;

  /** @param byPartition whether several keys can share a partition (the table has a sort key). */
  constructor(frontier: Frontier<Entry>, byPartition: boolean, bounds: WindowBounds = defaultBounds) {
    this.#frontier = frontier;
    this.#ready = new ReadyQueue(byPartition);
    this.#bounds = bounds;
  }

  get full(): boolean {
    return (
      this.records >= this.#bounds.records ||
      this.slabs.heldBytes >= this.#bounds.bytes ||
      this.#frontier.distance >= this.#bounds.distance
    );
  }

  /** Items that could be sent, now or when they have cooled down. */
  get ready(): number {
    return this.#ready.size;
  }

  /** Of those, the ones that need not cool down. */
  get sendable(): number {
    return this.#ready.sendable;
  }

  /** When an item that is cooling down may be sent; undefined: none is. */
  get nextMs(): number | undefined {
    return this.#ready.nextMs;
  }

  /** An entry with a slab that has room for `bytes`, all else to be filled in: then it is admitted. */
  newEntry(bytes: number): Entry {
    const entry = this.#spareEntries.pop() ?? new Entry();
    entry.slab = this.slabs.reserve(bytes);
    entry.unknown = false;
    entry.attempts = 0;
    entry.troubledSinceMs = undefined;
    entry.rejection = undefined;
    entry.slot = undefined;
    return entry;
  }

  /** Takes in a record that made an item. */
  admit(entry: Entry): void {
    this.records++;
    const known = this.#slots.find(entry);
    const slot = known ?? this.#spareSlots.pop() ?? new Slot();
    slot.newest = entry;
    slot.partition = entry.partition;
    if (known === undefined) this.#slots.add(slot);
    if (slot.next !== undefined) (slot.displaced ??= []).push(slot.next);
    slot.next = entry;
    entry.slot = slot;
    this.#enqueue(slot);
  }

  /** Takes in a record that made none. */
  admitRejected(entry: Entry, rejection: Rejection): void {
    this.records++;
    this.#reject(entry, rejection);
  }

  /** To be called when the frontier has passed a rejected record and its bytes are no longer needed. */
  forget(entry: Entry): void {
    this.records--;
    this.#free(entry);
  }

  /**
   * Draws a batch of distinct keys, the record at the frontier first.
   * @param partly whether a batch that is not full will do.
   * @returns undefined where there is no such batch at `nowMs`.
   */
  draw(limits: BatchLimits, partly: boolean, nowMs = 0): Entry[] | undefined {
    this.#ready.wake(nowMs);
    const { sendable } = this.#ready;
    if (sendable === 0 || (!partly && sendable < limits.items)) return undefined;
    const batch: Entry[] = [];
    let bytes = 0;
    let units = 0;
    for (let slot = this.#first(); slot !== undefined; slot = this.#ready.shift()) {
      const entry = slot.again ?? slot.next;
      if (entry === undefined) continue;
      const entryBytes = encodedRequestBytes(entry.itemEnd - entry.itemStart);
      units += unitsOf(entry.sizeBytes);
      if (batch.length > 0 && (bytes + entryBytes > limits.bytes || units > (limits.units ?? Infinity))) {
        this.#ready.pushReturned(slot);
        break;
      }
      if (slot.again === undefined) slot.next = undefined;
      else slot.again = undefined;
      slot.sent = entry;
      bytes += entryBytes;
      if (batch.push(entry) === limits.items) break;
    }
    return batch;
  }

  /** The table acknowledged the record. */
  written(entry: Entry): void {
    const slot = this.#takeBack(entry);
    const displaced = slot.displaced;
    if (displaced !== undefined) {
      const later = displaced.findIndex((other) => other.sequence > entry.sequence);
      const superseded = displaced.splice(0, later === -1 ? displaced.length : later);
      for (const other of superseded) this.#settle(other, 'superseded');
      if (displaced.length === 0) slot.displaced = undefined;
    }
    this.#ready.taken(slot.partition);
    this.#settle(entry, 'written');
    this.#goOn(slot);
  }

  /** The table will never take the record: the nearest earlier one of its key, if any, gets its place back. */
  refused(entry: Entry, rejection: Rejection): void {
    const slot = this.#takeBack(entry);
    this.#reject(entry, rejection);
    if (slot.next === undefined) {
      slot.next = slot.displaced?.pop();
      if (slot.displaced?.length === 0) slot.displaced = undefined;
    }
    this.#goOn(slot);
  }

  /** The record is to be sent again, from `notBeforeMs` on; an unknown one before any later record of its key. */
  giveBack(entry: Entry, unknown: boolean, notBeforeMs = 0): void {
    if (unknown) entry.unknown = true;
    this.#ready.pushReturned(this.#putBack(entry), notBeforeMs);
  }

  /** The table turned the record away: it is to be sent again when it, or its partition, has cooled down. */
  throttled(entry: Entry, answer: ThrottledAnswer): void {
    this.#ready.pushThrottled(this.#putBack(entry), entry.attempts, answer);
  }

  #putBack(entry: Entry): Slot {
    const slot = this.#takeBack(entry);
    if (entry.unknown) slot.again = entry;
    else if (slot.next === undefined) slot.next = entry;
    else insertBySequence((slot.displaced ??= []), entry);
    return slot;
  }

  /** The slot of the record at the frontier goes first, whenever it may be sent. */
  #first(): Slot | undefined {
    const oldest = this.#frontier.at(this.#frontier.sequence);
    const slot = oldest?.slot;
    return slot !== undefined && this.#ready.take(slot) ? slot : this.#ready.shift();
  }

  #takeBack(entry: Entry): Slot {
    const { slot } = entry;
    if (slot?.sent !== entry) throw new Error(`record ${entry.sequence} is not in flight`);
    slot.sent = undefined;
    return slot;
  }

  #enqueue(slot: Slot): void {
    if (slot.place === 'nowhere' && slot.sent === undefined) this.#ready.push(slot);
  }

  #goOn(slot: Slot): void {
    if (slot.next !== undefined) {
      this.#enqueue(slot);
    } else {
      this.#slots.delete(slot);
      this.#spareSlots.push(slot);
    }
  }

  #free(entry: Entry): void {
    this.slabs.release(entry.slab);
    // A spare entry that still named its slab would keep memory that nobody counts.
    entry.slab = noSlab;
    this.#spareEntries.push(entry);
  }

  #settle(entry: Entry, outcome: 'written' | 'superseded'): void {
    this.records--;
    this.#frontier.settle(entry.sequence, outcome);
    this.#free(entry);
  }

  #reject(entry: Entry, rejection: Rejection): void {
    entry.rejection = rejection;
    entry.slot = undefined;
    this.#frontier.settle(entry.sequence, 'rejected', true);
  }
}

function insertBySequence(entries: Entry[], entry: Entry): void {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.sequence ?? 0) < entry.sequence) low = middle + 1;
    else high = middle;
  }
  entries.splice(low, 0, entry);
}
