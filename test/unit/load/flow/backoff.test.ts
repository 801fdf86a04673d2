import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../../src/load/flow/backoff.ts';

describe('backoff', () => {
  it.each([
    [1, 0, 0],
    [1, 1, 50],
    [2, 1, 100],
    [2, 0.5, 50],
    [7, 1, 3_200],
    [8, 1, 5_000],
    [1_000, 1, 5_000],
  ])('attempt %i with chance %f waits %i ms', (attempt, chance, ms) => {
    expect(backoffMs(attempt, chance)).toBe(ms);
  });
});
