import { countWriteUnits } from '../../dynamodb/limits.ts';
import { betweenItems, countRequestBytes, itemPrefix, itemSuffix } from '../../dynamodb/request-size.ts';
import type { Entry } from '../order/entry.ts';

const prefix = Buffer.from(itemPrefix);
const separator = Buffer.from(betweenItems);

/** Encodes a batch into memory that `take` returns. */
export type BodyEncoder = (batch: readonly Entry[], take: (bytes: number) => Buffer) => Buffer;

/**
 * Makes an encoder for the bodies of BatchWriteItem requests to one table. Encoded items are copied as they are.
 * @param capacity detail of the consumed capacity in responses: `INDEXES` lists each index.
 */
export function makeBodyEncoder(table: string, capacity: 'TOTAL' | 'INDEXES' = 'TOTAL'): BodyEncoder {
  const bodyEnd = Buffer.from(`${itemSuffix}]},"ReturnConsumedCapacity":"${capacity}"}`);
  const bodyStart = Buffer.from(`{"RequestItems":{${JSON.stringify(table)}:[`);
  return (batch, take) => {
    let bytes = bodyStart.length + bodyEnd.length;
    for (const entry of batch) bytes += countRequestBytes(entry.itemEnd - entry.itemStart);
    const body = take(bytes);
    let at = bodyStart.copy(body);
    let before = prefix;
    // Records that were buffered one after the other are adjacent in the slab, separators included: one copy per run.
    for (let index = 0; index < batch.length;) {
      const first = batch[index++] as Entry;
      let last = first;
      for (let next = batch[index]; next !== undefined && isAdjacent(last, next); next = batch[++index]) last = next;
      at += before.copy(body, at);
      at += first.slab.bytes.copy(body, at, first.itemStart, last.itemEnd);
      before = separator;
    }
    at += bodyEnd.copy(body, at);
    return body.subarray(0, at);
  };
}

/** Whether only a separator lies between both items, in the same slab. */
function isAdjacent(entry: Entry, next: Entry): boolean {
  return next.slab === entry.slab && next.itemStart === entry.itemEnd + separator.length;
}

/** Expected cost of writing the items, in write units. Indexes and larger replaced items add to it. */
export function estimateUnits(batch: readonly Entry[]): number {
  let units = 0;
  for (const entry of batch) units += countWriteUnits(entry.sizeBytes);
  return units;
}
