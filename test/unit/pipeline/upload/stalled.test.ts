import { expect, test } from 'vitest';
import { stallOf } from '../../../../src/pipeline/upload/stalled.ts';
import { timesFor } from '../../../../src/pipeline/upload/timeouts.ts';

/** Of the queue of a function of 300 s. */
const times = timesFor(1_800_000);

test.each<[string, Parameters<typeof stallOf>[0], string | undefined]>([
  ['it was put just now', { hasBegun: false, followedMs: 0, unchangedMs: 0 }, undefined],
  ['it waits for its job', { hasBegun: false, followedMs: 299_999, unchangedMs: 299_999 }, undefined],
  ['no job has begun', { hasBegun: false, followedMs: 300_000, unchangedMs: 300_000 }, 'has not begun for 5m00s'],
  ['its job has begun', { hasBegun: true, followedMs: 300_000, unchangedMs: 100_000 }, undefined],
  ['its loader may be dead', { hasBegun: true, followedMs: 9e6, unchangedMs: 2_109_999 }, undefined],
  ['nobody took over', { hasBegun: true, followedMs: 9e6, unchangedMs: 2_110_000 }, 'stands still for 35m10s'],
])('where %s', (_, waited, said) => {
  expect(stallOf(waited, times)).toBe(said);
});
