import type { RejectCode } from '../../errors.ts';
import type { Span } from '../memory.ts';

/**
 * The item of a record: its key, its size and its encoded bytes. Nothing later parses them again. The mapper reuses
 * this object, so it is valid until the next call.
 */
export interface MappedItem {
  readonly kind: 'item';
  /** `key[keyStart, keyEnd)`: equal bytes mean equal primary keys in DynamoDB (`1`, `1.0` and `1e0` are equal). */
  key: Buffer;
  keyStart: number;
  keyEnd: number;
  /** A number that all items of a partition share; 0 if the table has no sort key. */
  partition: number;
  /** Size of names and values as DynamoDB counts it, in bytes. */
  sizeBytes: number;
  /** DynamoDB JSON of the item, `{"id":{"S":"1"},…}`; starts at 0. */
  encoded: Span;
}

/** A record that cannot become an item, or whose item DynamoDB would refuse. */
export interface RejectedRecord {
  readonly kind: 'reject';
  readonly code: RejectCode;
  /** The problem with column and value, and how to fix it. */
  readonly reason: string;
  /** The number of fields, if it is the reason. */
  readonly fields?: FieldCounts | undefined;
}

/** The number of fields of a record and of its header. */
export interface FieldCounts {
  readonly found: number;
  readonly expected: number;
}

export type MapResult = MappedItem | RejectedRecord;
