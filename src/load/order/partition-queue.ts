import { Fifo } from './ring-buffer.ts';

/** What waits of one partition. */
export interface Lane<T> {
  readonly partition: number;
  readonly waiting: Fifo<T>;
  /** What came back, in front. */
  returned: Fifo<T> | undefined;
  /** How many are queued in it; its queues may hold more, that were drawn past it. */
  size: number;
  isInTurn: boolean;
  /** Its last wait, in ms; 0: it is taken as it comes. */
  waitMs: number;
  /** When that began, and when it ends. */
  cooledMs: number;
  dueMs: number;
  isCooling: boolean;
  /** Empty, with a wait, and to be forgotten soon. */
  isLeaving: boolean;
}

export function newLane<T>(partition: number): Lane<T> {
  return {
    partition,
    waiting: new Fifo(),
    returned: undefined,
    size: 0,
    isInTurn: false,
    waitMs: 0,
    cooledMs: 0,
    dueMs: 0,
    isCooling: false,
    isLeaving: false,
  };
}
