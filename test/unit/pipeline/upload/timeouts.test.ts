import { expect, test } from 'vitest';
import { stallOf, timesFor } from '../../../../src/pipeline/upload/timeouts.ts';
import { job } from './jobs.ts';

/** Of the queue of a function of 300 s. */
const times = timesFor(1_800_000);

test.each<[string, Parameters<typeof stallOf>[0], string | undefined]>([
  ['it was put just now', { job: undefined, watchedMs: 0, unchangedMs: 0 }, undefined],
  ['it waits for its job', { job: undefined, watchedMs: 299_999, unchangedMs: 299_999 }, undefined],
  ['no job has begun', { job: undefined, watchedMs: 300_000, unchangedMs: 300_000 }, 'has not begun for 5m00s'],
  ['its job has begun', { job: job(), watchedMs: 300_000, unchangedMs: 100_000 }, undefined],
  ['its loader may be dead', { job: job(), watchedMs: 9e6, unchangedMs: 2_109_999 }, undefined],
  ['nobody took over', { job: job(), watchedMs: 9e6, unchangedMs: 2_110_000 }, 'stands still for 35m10s'],
])('where %s', (_, waited, said) => {
  expect(stallOf(waited, times)).toBe(said);
});
