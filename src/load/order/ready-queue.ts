import { backoffEndMs, itemBackoffMs } from '../flow/backoff.ts';
import { DelayQueue } from './delay-queue.ts';
import type { Queueable, ThrottledResponse } from './partition-queue.ts';
import { PartitionRotation } from './partition-rotation.ts';
import { RingBuffer } from './ring-buffer.ts';

/**
 * The items that may be sent, in order: retries first, then one of each partition in turn. Throttled items back off: the
 * whole partition if the table has a sort key, else the single item.
 */
export class ReadyQueue<T extends Queueable> {
  readonly #retries = new RingBuffer<T>();
  /** Used instead of the rotation if the table has no sort key: first in, first out. */
  readonly #fresh = new RingBuffer<T>();
  readonly #rotation = new PartitionRotation<T>();
  readonly #due = new DelayQueue<T>();
  readonly #hasSortKey: boolean;
  #nowMs = 0;
  /** Elements in `#retries` and `#fresh`. */
  #queued = 0;
  /** Elements in `#due`. */
  #backingOff = 0;

  /** @param hasSortKey whether several keys can share a partition. */
  constructor(hasSortKey: boolean) {
    this.#hasSortKey = hasSortKey;
  }

  /** All queued elements, including those that are backing off. */
  get size(): number {
    return this.sendable + this.#backingOff + this.#rotation.backingOff;
  }

  /** Elements that can be drawn at the time of the last `wake`. */
  get sendable(): number {
    return this.#queued + this.#rotation.sendable;
  }

  /** When more elements can be drawn; undefined if none backs off. */
  get nextMs(): number | undefined {
    const nextMs = Math.min(this.#due.nextMs ?? Infinity, this.#rotation.nextMs ?? Infinity);
    return nextMs === Infinity ? undefined : nextMs;
  }

  /** Makes elements available whose backoff has ended at `nowMs`. */
  wake(nowMs: number): void {
    this.#nowMs = nowMs;
    for (let element = this.#due.shift(nowMs); element !== undefined; element = this.#due.shift(nowMs)) {
      this.#backingOff--;
      this.#enqueue(this.#retries, element);
    }
    this.#rotation.wake(nowMs);
  }

  push(element: T): void {
    if (this.#hasSortKey) this.#rotation.push(element);
    else this.#enqueue(this.#fresh, element);
  }

  /** Queues before all other elements, from `notBeforeMs` on. */
  pushRetry(element: T, notBeforeMs = 0): void {
    if (notBeforeMs <= this.#nowMs) {
      this.#enqueue(this.#retries, element);
      return;
    }
    element.place = 'backing off';
    this.#backingOff++;
    this.#due.push(notBeforeMs, element);
  }

  /** Queues a throttled element. @param attempts how many requests have held it. */
  pushThrottled(element: T, attempts: number, response: ThrottledResponse): void {
    if (this.#hasSortKey) this.#rotation.pushThrottled(element, response);
    else this.pushRetry(element, backoffEndMs(response.nowMs, itemBackoffMs(attempts), response.random));
  }

  /** Called when an item of the partition was written. */
  shortenBackoff(partition: number): void {
    this.#rotation.shortenBackoff(partition);
  }

  /** Draws the next element. */
  shift(): T | undefined {
    return this.#shiftFrom(this.#retries) ?? this.#rotation.shift() ?? this.#shiftFrom(this.#fresh);
  }

  /** Removes this element out of order. @returns false if it is not queued or backs off. */
  remove(element: T): boolean {
    const { place } = element;
    if (typeof place === 'object') return this.#rotation.remove(element, place);
    if (place !== 'queued') return false;
    element.place = 'none';
    this.#queued--;
    return true;
  }

  #enqueue(buffer: RingBuffer<T>, element: T): void {
    element.place = 'queued';
    this.#queued++;
    buffer.push(element);
  }

  /** Skips elements that were removed out of order. */
  #shiftFrom(buffer: RingBuffer<T>): T | undefined {
    for (let element = buffer.shift(); element !== undefined; element = buffer.shift()) {
      if (element.place === 'queued' && this.remove(element)) return element;
    }
    return undefined;
  }
}
