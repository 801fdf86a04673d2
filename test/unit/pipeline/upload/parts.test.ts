import { describe, expect, test } from 'vitest';
import { choosePartSizes } from '../../../../src/pipeline/upload/parts.ts';

const [MiB, GiB, TiB] = [1024 ** 2, 1024 ** 3, 1024 ** 4];

describe('part sizes', () => {
  test.each([
    ['an empty file', 0, 8 * MiB, 8],
    ['a small file', 100, 8 * MiB, 8],
    ['the largest file with parts of 8 MiB', 9_999 * 8 * MiB, 8 * MiB, 8],
    ['one byte more', 9_999 * 8 * MiB + 1, 8 * MiB + 1, 8],
    ['5 TiB', 5 * TiB, Math.ceil((5 * TiB) / 9_999), 1],
  ])('fit %s into 9,999 parts', (_, sizeBytes, partBytes, concurrentParts) => {
    const parts = choosePartSizes(sizeBytes);
    expect(parts).toMatchObject({ partBytes, concurrentParts });
    expect(Math.ceil(sizeBytes / parts.partBytes)).toBeLessThan(10_000);
  });

  test.each([
    ['of unknown size', undefined, { partBytes: 64 * MiB, concurrentParts: 1, maxBytes: 600 * GiB }],
    ['that is expected to be small', 1_000, { partBytes: 8 * MiB, concurrentParts: 8, maxBytes: 9_999 * 8 * MiB }],
    ['that is expected to be huge', 9_999 * GiB, { partBytes: GiB, concurrentParts: 1, maxBytes: 9_999 * GiB }],
  ])('fit a stream %s', (_, expectedBytes, parts) => {
    expect(choosePartSizes(expectedBytes)).toEqual(parts);
  });

  test('keep memory below 210 MB', () => {
    for (const { partBytes, concurrentParts } of [
      choosePartSizes(0),
      choosePartSizes(200 * GiB),
      choosePartSizes(undefined),
    ]) {
      expect((concurrentParts + 2) * partBytes).toBeLessThan(210e6);
    }
  });
});
