import { countWriteUnits } from '../../dynamodb/limits.ts';
import { countRequestBytes } from '../../dynamodb/request-size.ts';
import { Entry, Slot, type Rejection } from './entry.ts';
import type { Frontier } from './frontier.ts';
import type { ThrottledResponse } from './partition-queue.ts';
import { KeyTable } from './key-table.ts';
import { ReadyQueue } from './ready-queue.ts';
import { noSlab, Slabs } from './slab.ts';

/** Limits of the unsettled records. Reading stops at any of them (P4). */
export interface WindowBounds {
  /** Unsettled records, including displaced ones, and rejected ones that the frontier has not passed. */
  readonly records: number;
  /** Memory of their raw and encoded bytes. */
  readonly bytes: number;
  /** Records from the frontier to the reading position. */
  readonly distance: number;
}

/** Small enough for the processor cache: four times as much costs 10 % more CPU and 170 MB (`npm run bench`). */
export const defaultBounds: WindowBounds = { records: 32_768, bytes: 32 * 1024 * 1024, distance: 1_048_576 };

/** For tables with a sort key: mixes a hundred partitions of a file that is sorted by partition key, at 1,000 records each. */
export const sortKeyBounds: WindowBounds = { ...defaultBounds, records: 131_072, bytes: 64 * 1024 * 1024 };

/** Maximum items, encoded bytes and write units of a batch. A single item may exceed bytes and units. */
interface BatchLimits {
  readonly items: number;
  readonly bytes: number;
  /** By item size. Default: no limit. */
  readonly units?: number;
}

/**
 * The order of mode `put`: the table ends as if the records had been written one by one in file order (P2).
 *
 * Each key has at most one record in flight. A later record displaces one that is waiting, but never one that is in flight
 * or unknown: it waits until that one is acknowledged. An acknowledgement makes all earlier displaced records of its key
 * superseded. A rejection brings back the nearest earlier one. Pure: uses no network and no clock.
 */
export class Window {
  readonly slabs = new Slabs();
  /** Records that are not settled, and rejected ones that the frontier has not passed. */
  records = 0;
  readonly #slots = new KeyTable();
  /** Entries and slots for reuse, so that a load creates no object per record. */
  readonly #spareEntries: Entry[] = [];
  readonly #spareSlots: Slot[] = [];
  readonly #ready: ReadyQueue<Slot>;
  readonly #frontier: Frontier<Entry>;
  readonly #bounds: WindowBounds;

  /** @param hasSortKey whether several keys can share a partition. */
  constructor(frontier: Frontier<Entry>, hasSortKey: boolean, bounds: WindowBounds = defaultBounds) {
    this.#frontier = frontier;
    this.#ready = new ReadyQueue(hasSortKey);
    this.#bounds = bounds;
  }

  get isFull(): boolean {
    return (
      this.records >= this.#bounds.records ||
      this.slabs.heldBytes >= this.#bounds.bytes ||
      this.#frontier.distance >= this.#bounds.distance
    );
  }

  /** Items that wait to be sent, including those that are backing off. */
  get queued(): number {
    return this.#ready.size;
  }

  /** Items that may be sent now. */
  get sendable(): number {
    return this.#ready.sendable;
  }

  /** When the next item ends its backoff; undefined if none backs off. */
  get nextMs(): number | undefined {
    return this.#ready.nextMs;
  }

  /** Returns an entry with room for `bytes` in its slab. The caller fills it in and adds it. */
  newEntry(bytes: number): Entry {
    const entry = this.#spareEntries.pop() ?? new Entry();
    entry.slab = this.slabs.reserve(bytes);
    entry.isUnknown = false;
    entry.attempts = 0;
    entry.failingSinceMs = undefined;
    entry.rejection = undefined;
    entry.slot = undefined;
    return entry;
  }

  /** Adds a record with an item. */
  add(entry: Entry): void {
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

  /** Adds a record that the mapper rejected. */
  addRejected(entry: Entry, rejection: Rejection): void {
    this.records++;
    this.#markRejected(entry, rejection);
  }

  /** Frees a rejected record. Call it when the frontier has passed the record and its bytes are no longer needed. */
  release(entry: Entry): void {
    this.records--;
    this.#free(entry);
  }

  /**
   * Draws a batch of distinct keys, the record at the frontier first.
   * @param allowsPartial whether the batch may have fewer items than `limits.items`.
   * @returns undefined if there is no such batch at `nowMs`.
   */
  draw(limits: BatchLimits, allowsPartial: boolean, nowMs = 0): Entry[] | undefined {
    this.#ready.wake(nowMs);
    const { sendable } = this.#ready;
    if (sendable === 0 || (!allowsPartial && sendable < limits.items)) return undefined;
    const batch: Entry[] = [];
    let bytes = 0;
    let units = 0;
    for (let slot = this.#drawFirst(); slot !== undefined; slot = this.#ready.shift()) {
      const entry = slot.retry ?? slot.next;
      if (entry === undefined) continue;
      const entryBytes = countRequestBytes(entry.itemEnd - entry.itemStart);
      units += countWriteUnits(entry.sizeBytes);
      if (batch.length > 0 && (bytes + entryBytes > limits.bytes || units > (limits.units ?? Infinity))) {
        this.#ready.pushRetry(slot);
        break;
      }
      if (slot.retry === undefined) slot.next = undefined;
      else slot.retry = undefined;
      slot.inFlight = entry;
      bytes += entryBytes;
      if (batch.push(entry) === limits.items) break;
    }
    return batch;
  }

  /** Called when DynamoDB has acknowledged the record. */
  acknowledge(entry: Entry): void {
    const slot = this.#endFlight(entry);
    const displaced = slot.displaced;
    if (displaced !== undefined) {
      const later = displaced.findIndex((other) => other.sequence > entry.sequence);
      const superseded = displaced.splice(0, later === -1 ? displaced.length : later);
      for (const other of superseded) this.#settle(other, 'superseded');
      if (displaced.length === 0) slot.displaced = undefined;
    }
    this.#ready.shortenBackoff(slot.partition);
    this.#settle(entry, 'written');
    this.#continue(slot);
  }

  /** Called when DynamoDB will never accept the record: the nearest earlier record of its key, if any, takes its place. */
  reject(entry: Entry, rejection: Rejection): void {
    const slot = this.#endFlight(entry);
    this.#markRejected(entry, rejection);
    if (slot.next === undefined) {
      slot.next = slot.displaced?.pop();
      if (slot.displaced?.length === 0) slot.displaced = undefined;
    }
    this.#continue(slot);
  }

  /** Queues the record for a retry from `notBeforeMs` on. An unknown one is sent before any later record of its key. */
  requeue(entry: Entry, isUnknown: boolean, notBeforeMs = 0): void {
    if (isUnknown) entry.isUnknown = true;
    this.#ready.pushRetry(this.#putBack(entry), notBeforeMs);
  }

  /** Queues a throttled record for a retry after the backoff of the item or its partition. */
  requeueThrottled(entry: Entry, response: ThrottledResponse): void {
    this.#ready.pushThrottled(this.#putBack(entry), entry.attempts, response);
  }

  #putBack(entry: Entry): Slot {
    const slot = this.#endFlight(entry);
    if (entry.isUnknown) slot.retry = entry;
    else if (slot.next === undefined) slot.next = entry;
    else insertBySequence((slot.displaced ??= []), entry);
    return slot;
  }

  /** Draws the slot of the record at the frontier if it may be sent, else the next one. */
  #drawFirst(): Slot | undefined {
    const oldest = this.#frontier.recordAt(this.#frontier.sequence);
    const slot = oldest?.slot;
    return slot !== undefined && this.#ready.remove(slot) ? slot : this.#ready.shift();
  }

  #endFlight(entry: Entry): Slot {
    const { slot } = entry;
    if (slot?.inFlight !== entry) throw new Error(`record ${entry.sequence} is not in flight`);
    slot.inFlight = undefined;
    return slot;
  }

  #enqueue(slot: Slot): void {
    if (slot.place === 'none' && slot.inFlight === undefined) this.#ready.push(slot);
  }

  #continue(slot: Slot): void {
    if (slot.next !== undefined) {
      this.#enqueue(slot);
    } else {
      this.#slots.delete(slot);
      this.#spareSlots.push(slot);
    }
  }

  #free(entry: Entry): void {
    this.slabs.release(entry.slab);
    // A spare entry that still refers to its slab would keep memory that `heldBytes` does not count.
    entry.slab = noSlab;
    this.#spareEntries.push(entry);
  }

  #settle(entry: Entry, outcome: 'written' | 'superseded'): void {
    this.records--;
    this.#frontier.settle(entry.sequence, outcome);
    this.#free(entry);
  }

  #markRejected(entry: Entry, rejection: Rejection): void {
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
