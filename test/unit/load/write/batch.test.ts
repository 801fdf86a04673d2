import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/load/order/entry.ts';
import { Frontier } from '../../../../src/load/order/frontier.ts';
import { slabBytes } from '../../../../src/load/order/slab.ts';
import { Window } from '../../../../src/load/order/window.ts';
import { makeBodyEncoder } from '../../../../src/load/write/batch.ts';
import { bufferRecord } from '../../../helpers/buffer-record.ts';

const itemOf = (key: string, bytes = 10): Record<string, { S: string }> => ({
  id: { S: key },
  v: { S: 'v'.repeat(bytes) },
});

/** Encodes a body, and returns its items and the bytes that were requested and used. */
function bodyOf(entries: readonly Entry[]) {
  let requested = 0;
  const body = makeBodyEncoder('people "2"')(entries, (bytes) => Buffer.alloc((requested = bytes)));
  const { RequestItems: tables, ReturnConsumedCapacity: capacity } = JSON.parse(body.toString()) as {
    RequestItems: Record<string, { PutRequest: { Item: unknown } }[]>;
    ReturnConsumedCapacity: string;
  };
  const items = tables['people "2"']?.map(({ PutRequest: { Item: item } }) => item);
  return { items, requested, used: body.length, capacity };
}

describe('the body encoder', () => {
  const frontier = new Frontier<Entry>();
  const window = new Window(frontier, false);
  const put = (key: string, bytes?: number): Entry =>
    bufferRecord(window, frontier, { key, encoded: Buffer.from(JSON.stringify(itemOf(key, bytes))) });
  const [a, b, c, d] = [put('a'), put('b'), put('c'), put('d')];
  bufferRecord(window, frontier, { key: 'rejected', isRejected: true });
  const e = put('e');
  const large = [put('large 1', slabBytes), put('large 2', slabBytes)];
  const f = put('f');

  it.each<[string, Entry[]]>([
    ['one item', [b]],
    ['in file order', [a, b, c, d]],
    ['in another order', [d, c, b, a]],
    ['with a gap', [a, b, d]],
    ['with a rejected record in between', [c, d, e]],
    ['with items larger than a slab', [...large, f, a]],
    ['of different slabs in turn', [a, f, b]],
  ])('copies the items unchanged: %s', (_, entries) => {
    const { items, requested, used, capacity } = bodyOf(entries);
    const keys = entries.map((entry) => entry.key);
    expect(items).toEqual(keys.map((key) => itemOf(key, key.startsWith('large') ? slabBytes : undefined)));
    expect(used).toBeLessThanOrEqual(requested);
    expect(capacity).toBe('TOTAL');
  });
});
