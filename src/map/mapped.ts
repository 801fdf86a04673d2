import type { RejectCode } from '../errors.ts';

/**
 * What a mapper makes of a record: the item as three things that nothing later parses again. The mapper
 * owns it and reuses it; it is valid until the mapper's next call.
 */
export interface MappedItem {
  readonly kind: 'item';
  /** Equal exactly when DynamoDB calls the primary keys equal (`1`, `1.0` and `1e0` are one number). */
  key: string;
  /** The same for the partition key alone. */
  partition: string;
  /** Size as DynamoDB counts it, in bytes: names and values. */
  sizeBytes: number;
  /** DynamoDB JSON of the item, `{"id":{"S":"1"},…}`: `encoded[0, encodedEnd)`. */
  encoded: Buffer;
  encodedEnd: number;
}

/** A record that DynamoDB would refuse, or that cannot be read as an item. */
export interface RejectedRecord {
  readonly kind: 'reject';
  readonly code: RejectCode;
  /** What is wrong, with column and value where there is one, and what would help. */
  readonly reason: string;
}

export type Mapped = MappedItem | RejectedRecord;
