import { RingBuffer } from './ring-buffer.ts';

/** Where an element is queued. */
export type QueuePlace =
  | 'none'
  /** Outside the partition queues, ready to be drawn. */
  | 'queued'
  /** Outside the partition queues, until its backoff ends. */
  | 'backing off'
  /** With the other elements of its partition. */
  | PartitionQueue<unknown>;

/** A response that throttled at least one item. */
export interface ThrottledResponse {
  readonly sentMs: number;
  readonly nowMs: number;
  /** For the jitter: from 0 (inclusive) to 1. */
  readonly random: number;
}

export interface Queueable {
  readonly partition: number;
  /** Changed only by the queue. */
  place: QueuePlace;
}

/**
 * The state of a partition queue. It joins the rotation when it gets an element, and leaves it when it is drawn and empty.
 *
 * | event              | idle        | in rotation                     | backing off in rotation | backing off |
 * | ------------------ | ----------- | ------------------------------- | ----------------------- | ----------- |
 * | element added      | in rotation |                                 |                         |             |
 * | next in rotation   |             | in rotation, or idle when empty | backing off             |             |
 * | DynamoDB throttles |             | backing off in rotation         |                         |             |
 * | backoff ends       |             |                                 | in rotation             | in rotation |
 */
type PartitionState =
  /** Empty, and not in the rotation. */
  | 'idle'
  /** In the rotation. Empty only if its elements were removed out of order. */
  | 'in rotation'
  /** Throttled and still in the rotation: it keeps its place if the backoff ends before its turn. */
  | 'backing off in rotation'
  /** Throttled, and not in the rotation. */
  | 'backing off';

/** The waiting elements of one partition. */
export interface PartitionQueue<T> {
  readonly partition: number;
  state: PartitionState;
  /** Number of queued elements. The buffers may hold more: elements that were removed out of order. */
  size: number;
  readonly waiting: RingBuffer<T>;
  /** Throttled elements, drawn before `waiting`. */
  retries: RingBuffer<T> | undefined;
  /** Last backoff of the partition; undefined if DynamoDB has not throttled it recently. */
  backoff: PartitionBackoff | undefined;
}

interface PartitionBackoff {
  /** Maximum, before jitter; 0 if enough of its items were written since. */
  ms: number;
  readonly sinceMs: number;
}

export function newPartitionQueue<T>(partition: number): PartitionQueue<T> {
  return { partition, state: 'idle', size: 0, waiting: new RingBuffer(), retries: undefined, backoff: undefined };
}

export function isBackingOff({ state }: PartitionQueue<unknown>): boolean {
  return state === 'backing off' || state === 'backing off in rotation';
}
