import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/load/order/entry.ts';
import { Frontier } from '../../../../src/load/order/frontier.ts';
import { slabBytes } from '../../../../src/load/order/slab.ts';
import { Window } from '../../../../src/load/order/window.ts';
import { bodyEncoder } from '../../../../src/load/write/batch.ts';
import { admitRecord } from '../../../helpers/admit.ts';

const itemOf = (key: string, bytes = 10): Record<string, { S: string }> => ({
  id: { S: key },
  v: { S: 'v'.repeat(bytes) },
});

/** The items in the body of a request with these records, and how many bytes were asked for and used. */
function bodyOf(entries: readonly Entry[]) {
  let asked = 0;
  const body = bodyEncoder('people "2"')(entries, (bytes) => Buffer.alloc((asked = bytes)));
  const { RequestItems: tables, ReturnConsumedCapacity: capacity } = JSON.parse(body.toString()) as {
    RequestItems: Record<string, { PutRequest: { Item: unknown } }[]>;
    ReturnConsumedCapacity: string;
  };
  const items = tables['people "2"']?.map(({ PutRequest: { Item: item } }) => item);
  return { items, asked, used: body.length, capacity };
}

describe('the body of a request', () => {
  const frontier = new Frontier<Entry>();
  const window = new Window(frontier, false);
  const put = (key: string, bytes?: number): Entry =>
    admitRecord(window, frontier, { key, encoded: Buffer.from(JSON.stringify(itemOf(key, bytes))) });
  const [a, b, c, d] = [put('a'), put('b'), put('c'), put('d')];
  admitRecord(window, frontier, { key: 'rejected', isRejected: true });
  const e = put('e');
  const large = [put('large 1', slabBytes), put('large 2', slabBytes)];
  const f = put('f');

  it.each<[string, Entry[]]>([
    ['one', [b]],
    ['in the order of the file', [a, b, c, d]],
    ['in another order', [d, c, b, a]],
    ['with one left out', [a, b, d]],
    ['with a reject between', [c, d, e]],
    ['with one twice as long as a slab', [...large, f, a]],
    ['of several slabs, by turns', [a, f, b]],
  ])('holds the items as they are: %s', (_, entries) => {
    const { items, asked, used, capacity } = bodyOf(entries);
    const keys = entries.map((entry) => entry.key);
    expect(items).toEqual(keys.map((key) => itemOf(key, key.startsWith('large') ? slabBytes : undefined)));
    expect(used).toBeLessThanOrEqual(asked);
    expect(capacity).toBe('TOTAL');
  });
});
