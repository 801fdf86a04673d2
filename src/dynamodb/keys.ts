import { toCanonicalNumber, getNumberSize } from './number.ts';
import type { KeyAttribute, KeyType, TableDescription } from './table.ts';

/**
 * Encodes a key value as a string. Two values of the same type have equal strings exactly if DynamoDB treats them as
 * equal.
 *
 * @param bytes the value as UTF-8 text: a valid number for N, canonical base64 for B
 */
export function encodeKeyPart(type: KeyType, bytes: Buffer, start: number, end: number): string {
  // latin1 maps each byte to one character, which is several times faster than decoding UTF-8.
  return type === 'N' ? toCanonicalNumber(bytes, start, end) : bytes.toString('latin1', start, end);
}

/**
 * Returns the key string of an item, equal to the key that the mapper writes. Used to match UnprocessedItems with the
 * items that were sent.
 *
 * @param item parsed DynamoDB JSON: `{"id":{"S":"1"},"n":{"N":"1"}}`
 * @returns undefined if a key attribute is missing or does not have the table's type
 */
export function getItemKey(item: Record<string, unknown>, table: TableDescription): string | undefined {
  const partition = getKeyPart(item, table.partitionKey);
  if (partition === undefined || table.sortKey === undefined) return partition;
  const sort = getKeyPart(item, table.sortKey);
  // The length prefix distinguishes `a` + `bc` from `ab` + `c`.
  return sort === undefined ? undefined : `${partition.length}:${partition}${sort}`;
}

function getKeyPart(item: Record<string, unknown>, key: KeyAttribute): string | undefined {
  const text = getOwn(getOwn(item, key.name), key.type);
  if (typeof text !== 'string') return undefined;
  // An endpoint may return different base64 for the same bytes.
  const bytes = Buffer.from(key.type === 'B' ? Buffer.from(text, 'base64').toString('base64') : text, 'utf8');
  if (key.type === 'N' && getNumberSize(bytes, 0, bytes.length) < 0) return undefined;
  return encodeKeyPart(key.type, bytes, 0, bytes.length);
}

/** Returns an own property, so that an attribute named `constructor` does not find a function. */
function getOwn(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
