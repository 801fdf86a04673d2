import { writeUnitBytes } from '../dynamodb/limits.ts';
import { encodedRequestBytes, itemPrefix, itemSeparator, itemSuffix } from '../dynamodb/request-size.ts';
import type { Entry } from '../order/entry.ts';

const prefix = Buffer.from(itemPrefix);
const between = Buffer.from(itemSuffix + itemSeparator + itemPrefix);

/** The body of a batch, in memory of `take`. */
export type BodyEncoder = (batch: readonly Entry[], take: (bytes: number) => Buffer) => Buffer;

/**
 * Makes the bodies of BatchWriteItem requests to one table: the encoded items go in as they are.
 * @param asked what answers are to report of the consumed capacity: `INDEXES` tells the indexes apart.
 */
export function bodyEncoder(table: string, asked: 'TOTAL' | 'INDEXES' = 'TOTAL'): BodyEncoder {
  const bodyEnd = Buffer.from(`${itemSuffix}]},"ReturnConsumedCapacity":"${asked}"}`);
  const bodyStart = Buffer.from(`{"RequestItems":{${JSON.stringify(table)}:[`);
  return (batch, take) => {
    let bytes = bodyStart.length + bodyEnd.length;
    for (const entry of batch) bytes += encodedRequestBytes(entry.itemEnd - entry.itemStart);
    const body = take(bytes);
    let at = bodyStart.copy(body);
    let next = prefix;
    for (const entry of batch) {
      at += next.copy(body, at);
      at += entry.slab.memory.copy(body, at, entry.itemStart, entry.itemEnd);
      next = between;
    }
    at += bodyEnd.copy(body, at);
    return body.subarray(0, at);
  };
}

/** What writing the items is expected to cost, in write units (DG CapacityUnitCalculations); more where an index or a
 * larger old item is involved. */
export function expectedUnits(batch: Iterable<Entry>): number {
  let units = 0;
  for (const entry of batch) units += Math.max(1, Math.ceil(entry.sizeBytes / writeUnitBytes));
  return units;
}
