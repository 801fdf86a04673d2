import { backoffEndMs, itemBackoffMs } from '../flow/backoff.ts';
import { DueQueue } from './delay-queue.ts';
import type { Queueable, ThrottledAnswer } from './partition-queue.ts';
import { PartitionTurns } from './partition-turns.ts';
import { Fifo } from './ring-buffer.ts';

/**
 * What may be sent, in the order in which it is to be drawn: what came back first, then one of each partition in turn.
 * What the table throttled cools down first: the partition, or the element if every key is a partition of its own.
 */
export class ReadyQueue<T extends Queueable> {
  readonly #returned = new Fifo<T>();
  /** Used instead of turns if every key is a partition of its own: first come, first served. */
  readonly #line = new Fifo<T>();
  readonly #turns = new PartitionTurns<T>();
  readonly #due = new DueQueue<T>();
  readonly #byPartition: boolean;
  #nowMs = 0;
  /** Elements that are in line. */
  #inLine = 0;
  /** Elements that are cooling by themselves. */
  #cooling = 0;

  /** @param byPartition false if every key is a partition of its own */
  constructor(byPartition: boolean) {
    this.#byPartition = byPartition;
  }

  /** How many are queued, those that are cooling too. */
  get size(): number {
    return this.sendable + this.#cooling + this.#turns.cooling;
  }

  /** How many can be drawn at the time of the last `wake`. */
  get sendable(): number {
    return this.#inLine + this.#turns.sendable;
  }

  /** When more can be drawn; undefined: nothing is cooling. */
  get nextMs(): number | undefined {
    const nextMs = Math.min(this.#due.nextMs ?? Infinity, this.#turns.nextMs ?? Infinity);
    return nextMs === Infinity ? undefined : nextMs;
  }

  /** It is `nowMs`: what has cooled down can be drawn. */
  wake(nowMs: number): void {
    this.#nowMs = nowMs;
    for (let element = this.#due.shift(nowMs); element !== undefined; element = this.#due.shift(nowMs)) {
      this.#cooling--;
      this.#enterLine(this.#returned, element);
    }
    this.#turns.wake(nowMs);
  }

  push(element: T): void {
    if (this.#byPartition) this.#turns.push(element);
    else this.#enterLine(this.#line, element);
  }

  /** Queues in front of all others, from `notBeforeMs` on. */
  pushReturned(element: T, notBeforeMs = 0): void {
    if (notBeforeMs <= this.#nowMs) {
      this.#enterLine(this.#returned, element);
      return;
    }
    element.place = 'cooling';
    this.#cooling++;
    this.#due.push(notBeforeMs, element);
  }

  /** Queues what the table throttled. @param attempts how often it has been sent */
  pushThrottled(element: T, attempts: number, answer: ThrottledAnswer): void {
    if (this.#byPartition) this.#turns.pushThrottled(element, answer);
    else this.pushReturned(element, backoffEndMs(answer.nowMs, itemBackoffMs(attempts), answer.chance));
  }

  /** The table has taken something of the partition. */
  taken(partition: number): void {
    this.#turns.taken(partition);
  }

  /** Draws the next in order; `sendable` says how many there are. */
  shift(): T | undefined {
    return this.#shiftLine(this.#returned) ?? this.#turns.shift() ?? this.#shiftLine(this.#line);
  }

  /** Draws this one past all others. @returns whether it could be drawn */
  take(element: T): boolean {
    const { place } = element;
    if (typeof place === 'object') return this.#turns.take(element, place);
    if (place !== 'in line') return false;
    element.place = 'nowhere';
    this.#inLine--;
    return true;
  }

  #enterLine(line: Fifo<T>, element: T): void {
    element.place = 'in line';
    this.#inLine++;
    line.push(element);
  }

  /** Passes over elements that were drawn past all others. */
  #shiftLine(line: Fifo<T>): T | undefined {
    for (let element = line.shift(); element !== undefined; element = line.shift()) {
      if (element.place === 'in line' && this.take(element)) return element;
    }
    return undefined;
  }
}
