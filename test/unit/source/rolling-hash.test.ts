import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { RollingHash } from '../../../src/source/rolling-hash.ts';

test('prefixes before the last one at the frontier are forgotten', () => {
  const hash = new RollingHash();
  for (let i = 0; i < 100; i++) hash.add(Buffer.from('0123456789'));
  expect(hash.kept).toBe(101);
  expect(hash.upTo(955).bytes).toBe(950);
  expect(hash.kept).toBe(6);
  expect(hash.upTo(955).bytes).toBe(950);
  expect(hash.upTo(2000).bytes).toBe(1000);
  expect(hash.kept).toBe(1);
});

test('a frontier before all that is kept is answered with nothing', () => {
  const hash = new RollingHash();
  hash.add(Buffer.from('0123456789'));
  hash.upTo(10);
  expect(hash.upTo(5)).toEqual({ bytes: 0, sha256: createHash('sha256').digest('hex') });
  expect(hash.upTo(10).bytes).toBe(10);
});

test('memory is bounded however small the pieces are, and every prefix kept is right', () => {
  const hash = new RollingHash();
  const bytes = Buffer.alloc(20_000, 'abc');
  for (let i = 0; i < bytes.length; i++) hash.add(bytes.subarray(i, i + 1));
  expect(hash.kept).toBeLessThanOrEqual(4096);
  expect(hash.upTo(0).bytes).toBe(0);
  for (const frontier of [5_000, 12_345, 20_000]) {
    const prefix = hash.upTo(frontier);
    expect(frontier - prefix.bytes).toBeLessThan(64);
    expect(prefix.sha256).toBe(createHash('sha256').update(bytes.subarray(0, prefix.bytes)).digest('hex'));
  }
});
