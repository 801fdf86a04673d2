import type { RejectCode } from '../../errors.ts';
import type { Place } from './partition-queue.ts';
import { noSlab, type Slab } from './slab.ts';

/** Why a record was rejected, as the reasons file tells it. */
export interface Rejection {
  readonly code: RejectCode;
  readonly reason: string;
}

/**
 * A record that is not settled yet: its place, its key, and its bytes, raw and encoded, all in `slab.bytes`. Entries are
 * used anew: nobody holds one beyond its settling.
 */
export class Entry {
  /** Number over all sources of the job, from 0, in the order in which they are read. */
  sequence = 0;
  /** Index of its source, and its place there, as in `CsvRecord`. */
  source = 0;
  number = 0;
  line = 0;
  offset = 0;
  slab: Slab = noSlab;
  /** The raw record is `[rawStart, rawEnd)`. */
  rawStart = 0;
  rawEnd = 0;
  /** The key, as in `MappedItem`, is `[rawEnd, keyEnd)`; empty, as the item, for a record that made no item. */
  keyEnd = 0;
  keyHash = 0;
  /** The same for records of one partition; 0 where every key is a partition of its own. */
  partition = 0;
  /** The encoded item is `[itemStart, itemEnd)`. */
  itemStart = 0;
  itemEnd = 0;
  /** Size as DynamoDB counts it, in bytes. */
  sizeBytes = 0;
  /** A request that held it ended without an answer: it may stand in the table already. */
  unknown = false;
  /** Requests that have held it. */
  attempts = 0;
  /** When a request that held it first failed otherwise than by a throttle; undefined: never, or acknowledged since. */
  troubledSinceMs: number | undefined = undefined;
  rejection: Rejection | undefined = undefined;
  /** Where the window keeps it; undefined for a record that made no item. */
  slot: Slot | undefined = undefined;

  /** The key as a string, a character for each byte. */
  get key(): string {
    return this.slab.bytes.toString('latin1', this.rawEnd, this.keyEnd);
  }
}

const noEntry = new Entry();

/** All records of one key that are not settled. Changed by the window only, and used anew for another key. */
export class Slot {
  /** Its newest record: where the bytes of the key stand. Refused, it is kept while earlier ones are open: the frontier has
   * not passed it. */
  newest = noEntry;
  /** As in its entries. */
  partition = 0;
  /** In a request. */
  sent: Entry | undefined = undefined;
  /** Unknown: to be sent again before anything else of this key. */
  again: Entry | undefined = undefined;
  /** The latest record of the key; waits while there is a `sent` or an `again`. */
  next: Entry | undefined = undefined;
  /** Records whose place a later one took, by sequence. Final when a later one is acknowledged. */
  displaced: Entry[] | undefined = undefined;
  /** Where it waits while it has something to send. Changed by the ready queue only. */
  place: Place = 'nowhere';
}
