import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { PrefixHasher } from '../../../../src/load/source/prefix-hasher.ts';

test('findCovering returns a prefix up to the frontier and drops shorter ones', () => {
  const hash = new PrefixHasher();
  for (let i = 0; i < 100; i++) hash.add(Buffer.from('0123456789'));
  expect(hash.prefixCount).toBe(101);
  expect(hash.findCovering(951).hashedBytes).toBe(960);
  expect(hash.prefixCount).toBe(5);
  expect(hash.findCovering(960).hashedBytes).toBe(960);
  expect(hash.findCovering(961).hashedBytes).toBe(970);
  expect(hash.findCovering(2000).hashedBytes).toBe(1000);
  expect(hash.prefixCount).toBe(1);
});

test('findCovering returns the empty prefix for a frontier at the start', () => {
  const nothing = { hashedBytes: 0, sha256: createHash('sha256').digest('hex') };
  expect(new PrefixHasher().findCovering(0)).toEqual(nothing);
  const hash = new PrefixHasher();
  hash.add(Buffer.from('0123456789'));
  expect(hash.findCovering(0)).toEqual(nothing);
  expect(hash.findCovering(1).hashedBytes).toBe(10);
});

test('the number of prefixes is bounded for tiny chunks, and every prefix is correct', () => {
  const hash = new PrefixHasher();
  const bytes = Buffer.alloc(20_000, 'abc');
  for (let i = 0; i < bytes.length; i++) hash.add(bytes.subarray(i, i + 1));
  expect(hash.prefixCount).toBeLessThanOrEqual(4096);
  expect(hash.findCovering(0).hashedBytes).toBe(0);
  for (const frontier of [5_000, 12_345, 20_000]) {
    const prefix = hash.findCovering(frontier);
    expect(prefix.hashedBytes).toBeGreaterThanOrEqual(frontier);
    expect(prefix.hashedBytes - frontier).toBeLessThanOrEqual(256);
    expect(prefix.sha256).toBe(createHash('sha256').update(bytes.subarray(0, prefix.hashedBytes)).digest('hex'));
  }
});
