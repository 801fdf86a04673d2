import type { RejectCode } from '../errors.ts';
import type { Slab } from './slab.ts';

/** Why a record was rejected, as the reasons file tells it. */
export interface Rejection {
  readonly code: RejectCode;
  readonly reason: string;
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
}
