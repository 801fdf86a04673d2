import { describe, expect, it } from 'vitest';
import { getItemKey } from '../../../src/dynamodb/keys.ts';
import type { TableDescription } from '../../../src/dynamodb/table.ts';
import { keysOf, mapperOf, recordOf, tableWith } from '../load/map/records.ts';

const twoKeys = (partition: 'S' | 'N' | 'B', sort: 'S' | 'N' | 'B'): Partial<TableDescription> => ({
  partitionKey: { name: 'id', type: partition },
  sortKey: { name: 'at', type: sort },
});

describe('getItemKey', () => {
  it.each<[string, Partial<TableDescription>, string[]]>([
    ['a partition key', {}, ['x', 'y']],
    ['non-ASCII text', {}, ['Größe 😀 "\\\n', 'y']],
    ['a partition key and a sort key', twoKeys('S', 'S'), ['é:1', 'ü']],
    ['numbers', twoKeys('N', 'N'), ['+007.50', '1e5']],
    ['binary', twoKeys('B', 'B'), ['/+8=', 'AA==']],
  ])('returns the same key as the mapper: %s', (_, table, fields) => {
    const result = mapperOf(['id', 'at'], table)(recordOf(fields));
    if (result.kind === 'reject') throw new Error(result.reason);
    const item = JSON.parse(result.encoded.bytes.toString('utf8', 0, result.encoded.end)) as Record<string, unknown>;
    expect(getItemKey(item, tableWith(table))).toBe(keysOf(result).key);
  });

  it('returns the same key if the endpoint formats the value differently', () => {
    const numbers = tableWith({ partitionKey: { name: 'id', type: 'N' } });
    expect(getItemKey({ id: { N: '1' } }, numbers)).toBe(getItemKey({ id: { N: '1.0' } }, numbers));
    const binary = tableWith({ partitionKey: { name: 'id', type: 'B' } });
    expect(getItemKey({ id: { B: 'AA' } }, binary)).toBe(getItemKey({ id: { B: 'AA==' } }, binary));
  });

  it('finds a key named like an object prototype property', () => {
    const table = tableWith({ partitionKey: { name: '__proto__', type: 'S' } });
    expect(getItemKey(JSON.parse('{"__proto__":{"S":"x"}}') as Record<string, unknown>, table)).toBe('x');
    expect(getItemKey({}, table)).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>]>([
    ['the partition key is missing', { at: { S: 'x' } }],
    ['the sort key is missing', { id: { N: '1' } }],
    ['a key has a different type', { id: { S: '1' }, at: { S: 'x' } }],
    ['a number is invalid', { id: { N: 'x' }, at: { S: 'x' } }],
    ['a value is not text', { id: { N: 1 }, at: { S: 'x' } }],
    ['an attribute is not an object', { id: null, at: { S: 'x' } }],
  ])('returns undefined if %s', (_, item) => {
    expect(getItemKey(item, tableWith(twoKeys('N', 'S')))).toBeUndefined();
  });
});
