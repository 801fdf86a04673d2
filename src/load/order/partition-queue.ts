import { Fifo } from './ring-buffer.ts';

/** Where an element waits. */
export type Place =
  | 'nowhere'
  /** By itself, and it can be drawn. */
  | 'in line'
  /** By itself, until its time comes. */
  | 'cooling'
  /** With the others of its partition. */
  | PartitionQueue<unknown>;

/** An answer that throttled something. */
export interface ThrottledAnswer {
  readonly sentMs: number;
  readonly nowMs: number;
  /** For the jitter: from 0 (included) to 1. */
  readonly chance: number;
}

/** What can be queued here. */
export interface Queueable {
  readonly partition: number;
  /** Changed by the queue only. */
  place: Place;
}

/**
 * What a partition queue does. It enters the ring of turns when it gets an element and leaves it when its turn comes.
 *
 * | event               | out of turn | in turn                            | cooling in turn | cooling |
 * | ------------------- | ----------- | ---------------------------------- | --------------- | ------- |
 * | an element joins    | in turn     |                                    |                 |         |
 * | its turn comes      |             | in turn, or out of turn when empty | cooling         |         |
 * | the table throttles |             | cooling in turn                    |                 |         |
 * | it has cooled down  |             |                                    | in turn         | in turn |
 */
export type PartitionState =
  /** Empty, and not in the ring. */
  | 'out of turn'
  /** In the ring. Empty only if its elements were drawn past all others. */
  | 'in turn'
  /** Throttled, and still in the ring: it keeps its place if it has cooled down before its turn comes. */
  | 'cooling in turn'
  /** Throttled, and not in the ring. */
  | 'cooling';

/** The elements of one partition that wait. */
export interface PartitionQueue<T> {
  readonly partition: number;
  state: PartitionState;
  /** How many elements are queued in it. Its queues may hold more, which were drawn past all others. */
  size: number;
  readonly waiting: Fifo<T>;
  /** Throttled elements, which are drawn before `waiting`. */
  returned: Fifo<T> | undefined;
  /** The last wait after the table throttled the partition; undefined: none of late. */
  wait: PartitionWait | undefined;
}

interface PartitionWait {
  /** At most, before jitter; 0: the table has taken enough since. */
  ms: number;
  readonly sinceMs: number;
}

export function newPartitionQueue<T>(partition: number): PartitionQueue<T> {
  return { partition, state: 'out of turn', size: 0, waiting: new Fifo(), returned: undefined, wait: undefined };
}

export function isCooling({ state }: PartitionQueue<unknown>): boolean {
  return state === 'cooling' || state === 'cooling in turn';
}
