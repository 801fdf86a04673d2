import type { RejectCode } from '../../errors.ts';
import type { FieldCounts } from '../map/map-result.ts';
import type { QueuePlace } from './partition-queue.ts';
import { noSlab, type Slab } from './slab.ts';

/** Why a record was rejected, as in the reasons file. */
export interface Rejection {
  readonly code: RejectCode;
  readonly reason: string;
  /** The number of fields, if it is the reason. Not in the reasons file. */
  readonly fields?: FieldCounts | undefined;
}

/**
 * A buffered record that is not settled: its position, its key, and its raw and encoded bytes, all in `slab.bytes`. Entries
 * are reused: do not keep one after its record is settled.
 */
export class Entry {
  /** Number across all sources of the job, from 0, in reading order. */
  sequence = 0;
  /** Index of the source, and the position in it, as in `CsvRecord`. */
  source = 0;
  number = 0;
  line = 0;
  offset = 0;
  slab: Slab = noSlab;
  /** The raw record is `[rawStart, rawEnd)`. */
  rawStart = 0;
  rawEnd = 0;
  /** The key, as in `MappedItem`, is `[rawEnd, keyEnd)`. Key and item are empty if the mapper rejected the record. */
  keyEnd = 0;
  keyHash = 0;
  /** Equal for records of one partition; 0 if the table has no sort key. */
  partition = 0;
  /** The encoded item is `[itemStart, itemEnd)`. */
  itemStart = 0;
  itemEnd = 0;
  /** Item size in bytes, as DynamoDB counts it. */
  sizeBytes = 0;
  /** The response to one of its requests was lost: the item may already be in the table. */
  isUnknown = false;
  /** Number of requests that have held it. */
  attempts = 0;
  /** When a request that held it first failed for a reason other than throttling; undefined: never. */
  failingSinceMs: number | undefined = undefined;
  rejection: Rejection | undefined = undefined;
  /** Undefined if the mapper or DynamoDB rejected the record. */
  slot: Slot | undefined = undefined;

  /** The key as a string, one character per byte. */
  get key(): string {
    return this.slab.bytes.toString('latin1', this.rawEnd, this.keyEnd);
  }
}

const noEntry = new Entry();

/** All unsettled records of one key. Changed only by the window, which reuses slots for other keys. */
export class Slot {
  /** Newest record, which holds the bytes of the key. A rejected one stays here while earlier records are open, because the
   * frontier has not passed it. */
  newest = noEntry;
  /** Partition of all its entries. */
  partition = 0;
  inFlight: Entry | undefined = undefined;
  /** A record with an unknown outcome: it is retried before any other record of the key is sent. */
  retry: Entry | undefined = undefined;
  /** Latest record of the key; waits while there is one in `inFlight` or `retry`. */
  next: Entry | undefined = undefined;
  /** Records that a later record has displaced, by sequence. They are superseded when a later one is acknowledged. */
  displaced: Entry[] | undefined = undefined;
  /** Where the slot is queued. Changed only by the ready queue. */
  place: QueuePlace = 'none';
}
