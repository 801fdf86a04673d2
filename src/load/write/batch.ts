import { unitsOf } from '../../dynamodb/limits.ts';
import { betweenItems, encodedRequestBytes, itemPrefix, itemSuffix } from '../../dynamodb/request-size.ts';
import type { Entry } from '../order/entry.ts';

const prefix = Buffer.from(itemPrefix);
const between = Buffer.from(betweenItems);

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
    let before = prefix;
    // What was admitted one behind the other lies so in the slab, with what belongs between: one run, one copy.
    for (let index = 0; index < batch.length;) {
      const first = batch[index++] as Entry;
      let last = first;
      for (let next = batch[index]; next !== undefined && isBehind(last, next); next = batch[++index]) last = next;
      at += before.copy(body, at);
      at += first.slab.bytes.copy(body, at, first.itemStart, last.itemEnd);
      before = between;
    }
    at += bodyEnd.copy(body, at);
    return body.subarray(0, at);
  };
}

/** Whether both lie in one slab with nothing between but what belongs there (`admit`). */
function isBehind(entry: Entry, next: Entry): boolean {
  return next.slab === entry.slab && next.itemStart === entry.itemEnd + between.length;
}

/** What writing the items is expected to cost, in write units; more where an index or a larger old item is involved. */
export function expectedUnits(batch: readonly Entry[]): number {
  let units = 0;
  for (const entry of batch) units += unitsOf(entry.sizeBytes);
  return units;
}
