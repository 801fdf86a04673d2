import { Fifo } from './fifo.ts';

interface Lane<T> {
  readonly partition: number;
  readonly waiting: Fifo<T>;
}

/**
 * What may be sent, in the order in which it is to be drawn: what came back first, then one of each
 * partition in turn, so that a file sorted by partition key does not hammer one partition.
 */
export class ReadyQueue<T extends { readonly partition: number }> {
  readonly #returned = new Fifo<T>();
  readonly #turns = new Fifo<Lane<T>>();
  readonly #lanes = new Map<number, Lane<T>>();
  readonly #single = new Fifo<T>();
  readonly #byPartition: boolean;

  /** @param byPartition false where every key is a partition of its own: then first come, first served. */
  constructor(byPartition: boolean) {
    this.#byPartition = byPartition;
  }

  push(element: T): void {
    if (!this.#byPartition) {
      this.#single.push(element);
      return;
    }
    let lane = this.#lanes.get(element.partition);
    if (lane === undefined) {
      lane = { partition: element.partition, waiting: new Fifo() };
      this.#lanes.set(element.partition, lane);
      this.#turns.push(lane);
    }
    lane.waiting.push(element);
  }

  pushReturned(element: T): void {
    this.#returned.push(element);
  }

  shift(): T | undefined {
    return this.#returned.shift() ?? (this.#byPartition ? this.#nextInTurn() : this.#single.shift());
  }

  #nextInTurn(): T | undefined {
    const lane = this.#turns.shift();
    if (lane === undefined) return undefined;
    const element = lane.waiting.shift();
    if (lane.waiting.size > 0) this.#turns.push(lane);
    else this.#lanes.delete(lane.partition);
    return element;
  }
}
