import { describe, expect, it } from 'vitest';
import {
  backoffEndMs,
  backoffMs,
  itemBackoffMs,
  longerBackoffMs,
  shorterBackoffMs,
} from '../../../../src/load/flow/backoff.ts';

describe('the backoff after a lost response', () => {
  it.each([
    [1, 0, 0],
    [1, 1, 50],
    [2, 1, 100],
    [2, 0.5, 50],
    [7, 1, 3_200],
    [8, 1, 5_000],
    [1_000, 1, 5_000],
  ])('is for attempt %i with random number %f %i ms', (attempt, random, ms) => {
    expect(backoffMs(attempt, random)).toBe(ms);
  });
});

describe('the backoff of a throttled partition', () => {
  it('doubles with every throttle up to one second', () => {
    const waits: number[] = [];
    for (let wait = longerBackoffMs(0); waits.length < 8; wait = longerBackoffMs(wait)) waits.push(wait);
    expect(waits).toEqual([20, 40, 80, 160, 320, 640, 1_000, 1_000]);
  });

  it('halves with every written item down to zero', () => {
    const waits = [1_000];
    while (waits.at(-1) !== 0 && waits.length < 20) waits.push(shorterBackoffMs(waits.at(-1) ?? 0));
    expect(waits).toEqual([1_000, 500, 250, 125, 62.5, 31.25, 15.625, 0]);
  });
});

it.each([
  [1, 20],
  [2, 40],
  [6, 640],
  [7, 1_000],
  [2_000, 1_000],
])('a throttled item that was sent %i times backs off for %i ms', (attempts, ms) => {
  expect(itemBackoffMs(attempts)).toBe(ms);
});

it.each([
  ['ends at once without a wait', 103, 20, 0, 103],
  ['ends at a multiple of 10 ms', 103, 20, 0.1, 110],
  ['ends together with another that ends at about the same time', 101, 20, 0.4, 110],
  ['lasts as long as it can with the highest random number', 100, 1_000, 1, 1_100],
])('a backoff with jitter %s', (_, nowMs, maxMs, random, endMs) => {
  expect(backoffEndMs(nowMs, maxMs, random)).toBe(endMs);
});
