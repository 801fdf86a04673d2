import type { RejectCode } from '../errors.ts';
import type { Slab } from './slab.ts';

/** Why a record was rejected, as the reasons file tells it. */
export interface Rejection {
  readonly code: RejectCode;
  readonly reason: string;
}

/** All records of one key that are not settled. Changed by the window only. */
export interface Slot {
  readonly key: string;
  readonly partition: string;
  /** In a request, or with a writer that waits before it gives it back. */
  sent: Entry | undefined;
  /** Unknown: to be sent again before anything else of this key. */
  again: Entry | undefined;
  /** The latest record of the key; waits while there is a `sent` or an `again`. */
  next: Entry | undefined;
  /** Records whose place a later one took, by sequence. Final when a later one is acknowledged. */
  displaced: Entry[] | undefined;
  /** Whether it is among those that have something to send; this and what follows are the ready queue's. */
  queued: boolean;
  lane: object | undefined;
  isCooling: boolean;
}

/** A record that is not settled yet: its place, its key, and its bytes, raw and encoded. */
export interface Entry {
  /** Number over all sources of the job, from 0, in the order in which they are read. */
  sequence: number;
  /** Index of its source, and its place there, as in `CsvRecord`. */
  readonly source: number;
  readonly number: number;
  readonly line: number;
  readonly offset: number;
  /** As in `MappedItem`; both empty for a record that made no item. */
  readonly key: string;
  readonly partition: string;
  readonly sizeBytes: number;
  /** Raw record: `slab.memory[rawStart, itemStart)`; encoded item: `slab.memory[itemStart, itemEnd)`. */
  readonly slab: Slab;
  readonly rawStart: number;
  readonly itemStart: number;
  readonly itemEnd: number;
  /** A request that held it ended without an answer: it may stand in the table already. */
  unknown: boolean;
  /** Requests that have held it. */
  attempts: number;
  /** When a request that held it first failed otherwise than by a throttle; undefined: never, or acknowledged since. */
  troubledSinceMs: number | undefined;
  rejection: Rejection | undefined;
  /** Where the window keeps it; undefined for a record that made no item. */
  slot: Slot | undefined;
}
