import { describe, expect, it } from 'vitest';
import { keyOfItem } from '../../../src/dynamodb/keys.ts';
import type { TableDescription } from '../../../src/dynamodb/table.ts';
import { keysOf, mapperOf, recordOf, tableWith } from '../load/map/records.ts';

const twoKeys = (partition: 'S' | 'N' | 'B', sort: 'S' | 'N' | 'B'): Partial<TableDescription> => ({
  partitionKey: { name: 'id', type: partition },
  sortKey: { name: 'at', type: sort },
});

describe('keyOfItem', () => {
  it.each<[string, Partial<TableDescription>, string[]]>([
    ['a key of one part', {}, ['x', 'y']],
    ['text beyond ASCII', {}, ['Größe 😀 "\\\n', 'y']],
    ['two parts', twoKeys('S', 'S'), ['é:1', 'ü']],
    ['numbers', twoKeys('N', 'N'), ['+007.50', '1e5']],
    ['binary', twoKeys('B', 'B'), ['/+8=', 'AA==']],
  ])('gives the key that the mapper gave: %s', (_, table, fields) => {
    const result = mapperOf(['id', 'at'], table)(recordOf(fields));
    if (result.kind === 'reject') throw new Error(result.reason);
    const item = JSON.parse(result.encoded.bytes.toString('utf8', 0, result.encoded.end)) as Record<string, unknown>;
    expect(keyOfItem(item, tableWith(table))).toBe(keysOf(result).key);
  });

  it('gives the same key where the endpoint spells the value its own way', () => {
    const numbers = tableWith({ partitionKey: { name: 'id', type: 'N' } });
    expect(keyOfItem({ id: { N: '1' } }, numbers)).toBe(keyOfItem({ id: { N: '1.0' } }, numbers));
    const binary = tableWith({ partitionKey: { name: 'id', type: 'B' } });
    expect(keyOfItem({ id: { B: 'AA' } }, binary)).toBe(keyOfItem({ id: { B: 'AA==' } }, binary));
  });

  it('finds a key called as a part of every object', () => {
    const table = tableWith({ partitionKey: { name: '__proto__', type: 'S' } });
    expect(keyOfItem(JSON.parse('{"__proto__":{"S":"x"}}') as Record<string, unknown>, table)).toBe('x');
    expect(keyOfItem({}, table)).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>]>([
    ['a key is missing', { at: { S: 'x' } }],
    ['the other is', { id: { N: '1' } }],
    ['a key has another type', { id: { S: '1' }, at: { S: 'x' } }],
    ['a number is none', { id: { N: 'x' }, at: { S: 'x' } }],
    ['a value is no text', { id: { N: 1 }, at: { S: 'x' } }],
    ['an attribute is no object', { id: null, at: { S: 'x' } }],
  ])('is undefined where %s', (_, item) => {
    expect(keyOfItem(item, tableWith(twoKeys('N', 'S')))).toBeUndefined();
  });
});
