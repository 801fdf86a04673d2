import { describe, expect, test } from 'vitest';
import { partsFor } from '../../../../src/pipeline/upload/parts.ts';

const [MiB, GiB, TiB] = [1024 ** 2, 1024 ** 3, 1024 ** 4];

describe('parts', () => {
  test.each([
    ['an empty file', 0, 8 * MiB, 8],
    ['a small file', 100, 8 * MiB, 8],
    ['the largest file of usual parts', 9_999 * 8 * MiB, 8 * MiB, 8],
    ['one byte more', 9_999 * 8 * MiB + 1, 8 * MiB + 1, 8],
    ['5 TiB', 5 * TiB, Math.ceil((5 * TiB) / 9_999), 1],
  ])('of %s', (_, sizeBytes, partBytes, atATime) => {
    const parts = partsFor(sizeBytes);
    expect(parts).toMatchObject({ partBytes, atATime });
    expect(Math.ceil(sizeBytes / parts.partBytes)).toBeLessThan(10_000);
  });

  test.each([
    ['of unknown size', undefined, { partBytes: 64 * MiB, atATime: 1, mostBytes: 600 * GiB }],
    ['that is expected to be small', 1_000, { partBytes: 8 * MiB, atATime: 8, mostBytes: 9_999 * 8 * MiB }],
    ['that is expected to be huge', 9_999 * GiB, { partBytes: GiB, atATime: 1, mostBytes: 9_999 * GiB }],
  ])('of a stream %s', (_, expectedBytes, parts) => {
    expect(partsFor(expectedBytes)).toEqual(parts);
  });

  test('take some 200 MB of memory, where S3 allows parts as small', () => {
    for (const { partBytes, atATime } of [partsFor(0), partsFor(200 * GiB), partsFor(undefined)]) {
      expect((atATime + 2) * partBytes).toBeLessThan(210e6);
    }
  });
});
