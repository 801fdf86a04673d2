import type { RejectCode } from '../../errors.ts';
import type { Span } from '../memory.ts';

/**
 * What a mapper makes of a record: the item as three things that nothing later parses again. The mapper
 * owns it and reuses it; it is valid until the mapper's next call.
 */
export interface MappedItem {
  readonly kind: 'item';
  /** Bytes that are equal exactly when DynamoDB calls the primary keys equal (`1`, `1.0` and `1e0` are one number):
   * `key[keyStart, keyEnd)`. */
  key: Buffer;
  keyStart: number;
  keyEnd: number;
  /** A number that the items of one partition have in common; 0 where every key is a partition of its own. */
  partition: number;
  /** Size as DynamoDB counts it, in bytes: names and values. */
  sizeBytes: number;
  /** DynamoDB JSON of the item, `{"id":{"S":"1"},…}`: starts at 0. */
  encoded: Span;
}

/** A record that DynamoDB would refuse, or that cannot be read as an item. */
export interface RejectedRecord {
  readonly kind: 'reject';
  readonly code: RejectCode;
  /** What is wrong, with column and value where there is one, and what would help. */
  readonly reason: string;
}

export type Mapped = MappedItem | RejectedRecord;
