import { canonicalNumber, numberSize } from './number.ts';
import type { KeyAttribute, KeyType, TableDescription } from './table.ts';

/**
 * The key string of one key value: equal exactly when DynamoDB calls two values of that type equal.
 *
 * @param bytes the value as UTF-8 text: of an N valid number text, of a B canonical base64
 */
export function keyPart(type: KeyType, bytes: Buffer, start: number, end: number): string {
  // latin1 gives each byte a character of its own, which is several times faster than decoding UTF-8
  return type === 'N' ? canonicalNumber(bytes, start, end) : bytes.toString('latin1', start, end);
}

/**
 * The key string of an item, the same that the mapper gives its record: this is how an item that comes back in
 * UnprocessedItems is found again.
 *
 * @param item DynamoDB JSON as JSON.parse gives it: `{"id":{"S":"1"},"n":{"N":"1"}}`
 * @returns undefined where a key attribute is missing or of another type than the table's
 */
export function keyOfItem(item: Record<string, unknown>, table: TableDescription): string | undefined {
  const partition = partOfItem(item, table.partitionKey);
  if (partition === undefined || table.sortKey === undefined) return partition;
  const sort = partOfItem(item, table.sortKey);
  // The length in front keeps `a` + `bc` apart from `ab` + `c`.
  return sort === undefined ? undefined : `${partition.length}:${partition}${sort}`;
}

function partOfItem(item: Record<string, unknown>, key: KeyAttribute): string | undefined {
  const text = own(own(item, key.name), key.type);
  if (typeof text !== 'string') return undefined;
  // an endpoint may give back other base64 than it was sent; equal bytes are equal keys
  const bytes = Buffer.from(key.type === 'B' ? Buffer.from(text, 'base64').toString('base64') : text, 'utf8');
  if (key.type === 'N' && numberSize(bytes, 0, bytes.length) < 0) return undefined;
  return keyPart(key.type, bytes, 0, bytes.length);
}

/** An own property, so that a key attribute called `constructor` finds no function. */
function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
