import { dueMs, itemWaitMs, longerWaitMs, shorterWaitMs } from '../flow/cool-down.ts';
import { DueQueue } from './delay-queue.ts';
import { Fifo } from './ring-buffer.ts';
import { newLane, type Lane } from './partition-queue.ts';

/** What can be queued here. The changeable fields are the queue's. */
export interface Queueable {
  readonly partition: number;
  queued: boolean;
  /** The lane it is queued in; undefined: it stands for itself. */
  lane: object | undefined;
  /** Waits for a time to come, by itself. */
  isCooling: boolean;
}

/** An answer that turned something away. */
export interface TurnedAway {
  readonly sentMs: number;
  readonly nowMs: number;
  /** For the jitter: from 0 (included) to 1. */
  readonly chance: number;
}

/** An empty lane is forgotten so many ms later if it has a wait, else at once. */
const rememberedMs = 1_000;

/**
 * What may be sent, in the order in which it is to be drawn: what came back first, then one of each
 * partition in turn, so that a file sorted by partition key does not hammer one partition. A partition that the table
 * turned away cools down: it is not in turn before its time.
 */
export class ReadyQueue<T extends Queueable> {
  readonly #front = new Fifo<T>();
  readonly #turns = new Fifo<Lane<T>>();
  readonly #lanes = new Map<number, Lane<T>>();
  readonly #single = new Fifo<T>();
  readonly #due = new DueQueue<T>();
  readonly #dueLanes = new DueQueue<Lane<T>>();
  readonly #byPartition: boolean;
  #nowMs = 0;
  #size = 0;
  /** Of those, how many wait for a time to come. */
  #cooling = 0;
  /** Lanes with a wait. */
  #hot = 0;

  /** @param byPartition false where every key is a partition of its own: then first come, first served. */
  constructor(byPartition: boolean) {
    this.#byPartition = byPartition;
  }

  /** How many are queued, those that are cooling too. */
  get size(): number {
    return this.#size;
  }

  /** How many can be drawn, at the time that was told last. */
  get sendable(): number {
    return this.#size - this.#cooling;
  }

  /** It is `nowMs`: what has cooled down can be drawn. */
  wake(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#cooling > 0 || this.#hot > 0) this.#wake();
  }

  /** When more can be drawn; undefined: nothing is cooling. */
  get nextMs(): number | undefined {
    if (this.#cooling === 0) return undefined;
    return Math.min(this.#due.nextMs ?? Infinity, this.#dueLanes.nextMs ?? Infinity);
  }

  push(element: T): void {
    this.#mark(element);
    if (this.#byPartition) this.#join(this.#laneOf(element), element).waiting.push(element);
    else this.#single.push(element);
  }

  /** In front of all others, from `notBeforeMs` on. */
  pushReturned(element: T, notBeforeMs = 0): void {
    this.#mark(element);
    if (notBeforeMs <= this.#nowMs) {
      this.#front.push(element);
      return;
    }
    element.isCooling = true;
    this.#cooling++;
    this.#due.push(notBeforeMs, element);
  }

  /** What the table turned away: its partition cools down. @param attempts how often it has been sent. */
  pushThrottled(element: T, attempts: number, answer: TurnedAway): void {
    const { nowMs, chance } = answer;
    if (!this.#byPartition) {
      this.pushReturned(element, dueMs(nowMs, itemWaitMs(attempts), chance));
      return;
    }
    this.#mark(element);
    const lane = this.#join(this.#laneOf(element), element);
    (lane.returned ??= new Fifo()).push(element);
    this.#cool(lane, answer);
  }

  /** The table has taken something of the partition. */
  taken(partition: number): void {
    if (this.#hot === 0) return;
    const lane = this.#lanes.get(partition);
    if (lane === undefined || lane.waitMs === 0 || lane.isCooling) return;
    lane.waitMs = shorterWaitMs(lane.waitMs);
    if (lane.waitMs === 0) this.#hot--;
  }

  /** The next in order; `sendable` says how many there are. */
  shift(): T | undefined {
    for (let element = this.#front.shift(); element !== undefined; element = this.#front.shift()) {
      if (element.lane === undefined && this.take(element)) return element;
    }
    if (this.#byPartition) return this.#nextInTurn();
    for (let element = this.#single.shift(); element !== undefined; element = this.#single.shift()) {
      if (this.take(element)) return element;
    }
    return undefined;
  }

  /** Draws this one past all others. @returns whether it could be drawn. */
  take(element: T): boolean {
    if (!element.queued || element.isCooling) return false;
    if (element.lane !== undefined) {
      const lane = element.lane as Lane<T>;
      if (lane.isCooling) return false;
      lane.size--;
      element.lane = undefined;
    }
    element.queued = false;
    this.#size--;
    return true;
  }

  #nextInTurn(): T | undefined {
    for (let lane = this.#turns.shift(); lane !== undefined; lane = this.#turns.shift()) {
      lane.isInTurn = false;
      if (lane.isCooling) continue;
      const element = this.#nextOf(lane);
      if (lane.size === 0) this.#leave(lane);
      else this.#enterTurn(lane);
      if (element !== undefined) return element;
    }
    return undefined;
  }

  /** Undefined where it was drawn past the lane: that was the lane's turn. */
  #nextOf(lane: Lane<T>): T | undefined {
    const element = lane.returned?.shift() ?? lane.waiting.shift();
    return element?.lane === lane && this.take(element) ? element : undefined;
  }

  #mark(element: T): void {
    element.queued = true;
    this.#size++;
  }

  #laneOf({ partition }: T): Lane<T> {
    let lane = this.#lanes.get(partition);
    if (lane === undefined) {
      lane = newLane(partition);
      this.#lanes.set(partition, lane);
    }
    return lane;
  }

  #join(lane: Lane<T>, element: T): Lane<T> {
    element.lane = lane;
    lane.size++;
    if (lane.isCooling) this.#cooling++;
    else this.#enterTurn(lane);
    return lane;
  }

  #enterTurn(lane: Lane<T>): void {
    if (lane.isInTurn) return;
    lane.isInTurn = true;
    this.#turns.push(lane);
  }

  /** Once for all that was in flight when it was turned away. */
  #cool(lane: Lane<T>, { sentMs, nowMs, chance }: TurnedAway): void {
    if (lane.isCooling || sentMs < lane.cooledMs) return;
    if (lane.waitMs === 0) this.#hot++;
    lane.waitMs = longerWaitMs(lane.waitMs);
    lane.cooledMs = nowMs;
    lane.dueMs = dueMs(nowMs, lane.waitMs, chance);
    if (lane.dueMs <= nowMs) return;
    lane.isCooling = true;
    this.#cooling += lane.size;
    this.#dueLanes.push(lane.dueMs, lane);
  }

  #wake(): void {
    const nowMs = this.#nowMs;
    for (let element = this.#due.shift(nowMs); element !== undefined; element = this.#due.shift(nowMs)) {
      element.isCooling = false;
      this.#cooling--;
      this.#front.push(element);
    }
    for (let lane = this.#dueLanes.shift(nowMs); lane !== undefined; lane = this.#dueLanes.shift(nowMs)) {
      if (lane.isCooling && lane.dueMs <= nowMs) {
        lane.isCooling = false;
        this.#cooling -= lane.size;
        if (lane.size > 0) this.#enterTurn(lane);
      } else lane.isLeaving = false;
      if (lane.size === 0 && !lane.isCooling) this.#forget(lane);
    }
  }

  #leave(lane: Lane<T>): void {
    if (lane.waitMs === 0) {
      this.#forget(lane);
    } else if (!lane.isLeaving) {
      lane.isLeaving = true;
      this.#dueLanes.push(this.#nowMs + rememberedMs, lane);
    }
  }

  #forget(lane: Lane<T>): void {
    if (lane.waitMs > 0) this.#hot--;
    lane.waitMs = 0;
    if (this.#lanes.get(lane.partition) === lane) this.#lanes.delete(lane.partition);
  }
}
