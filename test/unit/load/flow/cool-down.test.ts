import { expect, it } from 'vitest';
import { dueMs, itemWaitMs, longerWaitMs, shorterWaitMs } from '../../../../src/load/flow/cool-down.ts';

it('a partition that is turned away again and again waits twice as long each time, up to a second', () => {
  const waits: number[] = [];
  for (let wait = longerWaitMs(0); waits.length < 8; wait = longerWaitMs(wait)) waits.push(wait);
  expect(waits).toEqual([20, 40, 80, 160, 320, 640, 1_000, 1_000]);
});

it('each item it takes halves the wait, down to none', () => {
  const waits = [1_000];
  while (waits.at(-1) !== 0 && waits.length < 20) waits.push(shorterWaitMs(waits.at(-1) ?? 0));
  expect(waits).toEqual([1_000, 500, 250, 125, 62.5, 31.25, 15.625, 0]);
});

it.each([
  [1, 20],
  [2, 40],
  [6, 640],
  [7, 1_000],
  [2_000, 1_000],
])('an item that was sent %i times waits %i ms', (attempts, ms) => {
  expect(itemWaitMs(attempts)).toBe(ms);
});

it.each([
  ['no jitter is no wait', 103, 20, 0, 103],
  ['what ends about the same time ends together', 103, 20, 0.1, 110],
  ['the same', 101, 20, 0.4, 110],
  ['the whole wait', 100, 1_000, 1, 1_100],
])('jitter takes any part of a wait away: %s', (_, nowMs, waitMs, chance, due) => {
  expect(dueMs(nowMs, waitMs, chance)).toBe(due);
});
