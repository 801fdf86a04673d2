import { backoffEndMs, longerBackoffMs, shorterBackoffMs } from '../flow/backoff.ts';
import { DelayQueue } from './delay-queue.ts';
import {
  isBackingOff,
  newPartitionQueue,
  type PartitionQueue,
  type Queueable,
  type ThrottledResponse,
} from './partition-queue.ts';
import { RingBuffer } from './ring-buffer.ts';

/** The backoff of an empty partition is forgotten after this many ms; a backoff of 0 at once. */
const rememberedMs = 1_000;

/**
 * Draws one element of each partition in turn, so that a file sorted by partition key does not overload one partition. A
 * throttled partition backs off: none of its elements is drawn until the backoff ends.
 */
export class PartitionRotation<T extends Queueable> {
  /** Queued elements of partitions that are not backing off. */
  sendable = 0;
  /** Queued elements of partitions that are backing off. */
  backingOff = 0;
  readonly #queues = new Map<number, PartitionQueue<T>>();
  readonly #ring = new RingBuffer<PartitionQueue<T>>();
  readonly #due = new DelayQueue<PartitionQueue<T>>();
  /** Queues with a backoff. */
  readonly #hot = new Set<PartitionQueue<T>>();
  /** When empty queues with a backoff are forgotten, the earliest first. */
  readonly #leaving = new Map<PartitionQueue<T>, number>();
  #nowMs = 0;

  /** When the next partition ends its backoff; undefined if none backs off. */
  get nextMs(): number | undefined {
    return this.#due.nextMs;
  }

  push(element: T): void {
    this.#join(element).waiting.push(element);
  }

  /**
   * Queues a throttled element at the front of its partition, which backs off. The backoff grows each time, but only once
   * for all requests that were in flight when the previous backoff began.
   */
  pushThrottled(element: T, { sentMs, nowMs, random }: ThrottledResponse): void {
    const queue = this.#join(element);
    (queue.retries ??= new RingBuffer()).push(element);
    if (isBackingOff(queue) || (queue.backoff !== undefined && sentMs < queue.backoff.sinceMs)) return;
    queue.backoff = { ms: longerBackoffMs(queue.backoff?.ms ?? 0), sinceMs: nowMs };
    this.#hot.add(queue);
    const atMs = backoffEndMs(nowMs, queue.backoff.ms, random);
    if (atMs <= nowMs) return;
    queue.state = 'backing off in rotation';
    this.sendable -= queue.size;
    this.backingOff += queue.size;
    this.#due.push(atMs, queue);
  }

  /** Called when an item of the partition was written. */
  shortenBackoff(partition: number): void {
    if (this.#hot.size === 0) return;
    const queue = this.#queues.get(partition);
    if (queue?.backoff !== undefined && !isBackingOff(queue)) queue.backoff.ms = shorterBackoffMs(queue.backoff.ms);
  }

  /** Draws an element of the next partition in the rotation. */
  shift(): T | undefined {
    for (let queue = this.#ring.shift(); queue !== undefined; queue = this.#ring.shift()) {
      if (queue.state === 'backing off in rotation') {
        queue.state = 'backing off';
        continue;
      }
      const element = queue.retries?.shift() ?? queue.waiting.shift();
      // If it was already removed, the partition has had its turn.
      const isDrawn = element !== undefined && this.remove(element, queue);
      if (queue.size > 0) this.#ring.push(queue);
      else this.#leave(queue);
      if (isDrawn) return element;
    }
    return undefined;
  }

  /** Removes this element out of order. @returns false if it is not queued there or backs off. */
  remove(element: T, queue: PartitionQueue<unknown>): boolean {
    if (element.place !== queue || isBackingOff(queue)) return false;
    element.place = 'none';
    queue.size--;
    this.sendable--;
    return true;
  }

  /** Returns partitions to the rotation whose backoff has ended at `nowMs`. */
  wake(nowMs: number): void {
    this.#nowMs = nowMs;
    for (let queue = this.#due.shift(nowMs); queue !== undefined; queue = this.#due.shift(nowMs)) {
      this.backingOff -= queue.size;
      this.sendable += queue.size;
      this.#enter(queue);
    }
    if (this.#leaving.size > 0) this.#forgetEmpty();
  }

  #join(element: T): PartitionQueue<T> {
    const { partition } = element;
    let queue = this.#queues.get(partition);
    if (queue === undefined) {
      queue = newPartitionQueue(partition);
      this.#queues.set(partition, queue);
    }
    element.place = queue;
    queue.size++;
    if (isBackingOff(queue)) {
      this.backingOff++;
    } else {
      this.sendable++;
      this.#enter(queue);
    }
    return queue;
  }

  #enter(queue: PartitionQueue<T>): void {
    if (queue.state === 'idle' || queue.state === 'backing off') this.#ring.push(queue);
    queue.state = 'in rotation';
  }

  #leave(queue: PartitionQueue<T>): void {
    queue.state = 'idle';
    if (queue.backoff === undefined || queue.backoff.ms === 0) this.#forget(queue);
    else if (!this.#leaving.has(queue)) this.#leaving.set(queue, this.#nowMs + rememberedMs);
  }

  #forgetEmpty(): void {
    for (const [queue, atMs] of this.#leaving) {
      if (atMs > this.#nowMs) return;
      this.#leaving.delete(queue);
      if (queue.state === 'idle') this.#forget(queue);
    }
  }

  #forget(queue: PartitionQueue<T>): void {
    this.#queues.delete(queue.partition);
    this.#hot.delete(queue);
    this.#leaving.delete(queue);
  }
}
