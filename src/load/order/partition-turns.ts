import { backoffEndMs, longerBackoffMs, shorterBackoffMs } from '../flow/backoff.ts';
import { DueQueue } from './delay-queue.ts';
import {
  isCooling,
  newPartitionQueue,
  type PartitionQueue,
  type Queueable,
  type ThrottledAnswer,
} from './partition-queue.ts';
import { Fifo } from './ring-buffer.ts';

/** The wait of a partition that has nothing queued is forgotten after this many ms; a wait of 0 at once. */
const rememberedMs = 1_000;

/**
 * Draws one element of each partition in turn, so that a file sorted by partition key does not hammer one partition.
 * A partition that the table throttled cools down: it is not in turn before its time.
 */
export class PartitionTurns<T extends Queueable> {
  /** Queued elements of partitions that are not cooling. */
  sendable = 0;
  /** Queued elements of partitions that are cooling. */
  cooling = 0;
  readonly #queues = new Map<number, PartitionQueue<T>>();
  readonly #ring = new Fifo<PartitionQueue<T>>();
  readonly #due = new DueQueue<PartitionQueue<T>>();
  /** Queues that have a wait. */
  readonly #hot = new Set<PartitionQueue<T>>();
  /** When hot queues that are empty are forgotten, the earliest first. */
  readonly #leaving = new Map<PartitionQueue<T>, number>();
  #nowMs = 0;

  /** When the next partition has cooled down; undefined: none is cooling. */
  get nextMs(): number | undefined {
    return this.#due.nextMs;
  }

  push(element: T): void {
    this.#join(element).waiting.push(element);
  }

  /**
   * Queues an element that the table throttled in front of its partition, which cools down: longer each time, but once for
   * all that was in flight when its last wait began.
   */
  pushThrottled(element: T, { sentMs, nowMs, chance }: ThrottledAnswer): void {
    const queue = this.#join(element);
    (queue.returned ??= new Fifo()).push(element);
    if (isCooling(queue) || (queue.wait !== undefined && sentMs < queue.wait.sinceMs)) return;
    queue.wait = { ms: longerBackoffMs(queue.wait?.ms ?? 0), sinceMs: nowMs };
    this.#hot.add(queue);
    const atMs = backoffEndMs(nowMs, queue.wait.ms, chance);
    if (atMs <= nowMs) return;
    queue.state = 'cooling in turn';
    this.sendable -= queue.size;
    this.cooling += queue.size;
    this.#due.push(atMs, queue);
  }

  /** The table has taken something of the partition. */
  taken(partition: number): void {
    if (this.#hot.size === 0) return;
    const queue = this.#queues.get(partition);
    if (queue?.wait !== undefined && !isCooling(queue)) queue.wait.ms = shorterBackoffMs(queue.wait.ms);
  }

  /** Draws the element of the partition whose turn it is. */
  shift(): T | undefined {
    for (let queue = this.#ring.shift(); queue !== undefined; queue = this.#ring.shift()) {
      if (queue.state === 'cooling in turn') {
        queue.state = 'cooling';
        continue;
      }
      const element = queue.returned?.shift() ?? queue.waiting.shift();
      // One that was drawn past all others was the partition's turn.
      const isDrawn = element !== undefined && this.take(element, queue);
      if (queue.size > 0) this.#ring.push(queue);
      else this.#leave(queue);
      if (isDrawn) return element;
    }
    return undefined;
  }

  /** Draws this element past all others. @returns whether it is queued there and can be drawn */
  take(element: T, queue: PartitionQueue<unknown>): boolean {
    if (element.place !== queue || isCooling(queue)) return false;
    element.place = 'nowhere';
    queue.size--;
    this.sendable--;
    return true;
  }

  /** It is `nowMs`: what has cooled down is in turn again. */
  wake(nowMs: number): void {
    this.#nowMs = nowMs;
    for (let queue = this.#due.shift(nowMs); queue !== undefined; queue = this.#due.shift(nowMs)) {
      this.cooling -= queue.size;
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
    if (isCooling(queue)) {
      this.cooling++;
    } else {
      this.sendable++;
      this.#enter(queue);
    }
    return queue;
  }

  #enter(queue: PartitionQueue<T>): void {
    if (queue.state === 'out of turn' || queue.state === 'cooling') this.#ring.push(queue);
    queue.state = 'in turn';
  }

  #leave(queue: PartitionQueue<T>): void {
    queue.state = 'out of turn';
    if (queue.wait === undefined || queue.wait.ms === 0) this.#forget(queue);
    else if (!this.#leaving.has(queue)) this.#leaving.set(queue, this.#nowMs + rememberedMs);
  }

  #forgetEmpty(): void {
    for (const [queue, atMs] of this.#leaving) {
      if (atMs > this.#nowMs) return;
      this.#leaving.delete(queue);
      if (queue.state === 'out of turn') this.#forget(queue);
    }
  }

  #forget(queue: PartitionQueue<T>): void {
    this.#queues.delete(queue.partition);
    this.#hot.delete(queue);
    this.#leaving.delete(queue);
  }
}
