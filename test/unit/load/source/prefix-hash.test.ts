import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { RollingHash } from '../../../../src/load/source/prefix-hash.ts';

test('a prefix covers all before the frontier, and shorter ones are forgotten', () => {
  const hash = new RollingHash();
  for (let i = 0; i < 100; i++) hash.add(Buffer.from('0123456789'));
  expect(hash.kept).toBe(101);
  expect(hash.covering(951).bytes).toBe(960);
  expect(hash.kept).toBe(5);
  expect(hash.covering(960).bytes).toBe(960);
  expect(hash.covering(961).bytes).toBe(970);
  expect(hash.covering(2000).bytes).toBe(1000);
  expect(hash.kept).toBe(1);
});

test('a frontier at the beginning needs nothing', () => {
  const nothing = { bytes: 0, sha256: createHash('sha256').digest('hex') };
  expect(new RollingHash().covering(0)).toEqual(nothing);
  const hash = new RollingHash();
  hash.add(Buffer.from('0123456789'));
  expect(hash.covering(0)).toEqual(nothing);
  expect(hash.covering(1).bytes).toBe(10);
});

test('memory is bounded however small the pieces are, and every prefix kept is right', () => {
  const hash = new RollingHash();
  const bytes = Buffer.alloc(20_000, 'abc');
  for (let i = 0; i < bytes.length; i++) hash.add(bytes.subarray(i, i + 1));
  expect(hash.kept).toBeLessThanOrEqual(4096);
  expect(hash.covering(0).bytes).toBe(0);
  for (const frontier of [5_000, 12_345, 20_000]) {
    const prefix = hash.covering(frontier);
    expect(prefix.bytes).toBeGreaterThanOrEqual(frontier);
    expect(prefix.bytes - frontier).toBeLessThanOrEqual(256);
    expect(prefix.sha256).toBe(createHash('sha256').update(bytes.subarray(0, prefix.bytes)).digest('hex'));
  }
});
