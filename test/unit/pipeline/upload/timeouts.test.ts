import { expect, test } from 'vitest';
import { describeStall, getTimeouts } from '../../../../src/pipeline/upload/timeouts.ts';
import { job } from './jobs.ts';

/** Timeouts of a queue for a function with a timeout of 300 s. */
const times = getTimeouts(1_800_000);

test.each<[string, Parameters<typeof describeStall>[0], string | undefined]>([
  ['its object was just put', { job: undefined, watchedMs: 0, unchangedMs: 0 }, undefined],
  ['its job may still start', { job: undefined, watchedMs: 299_999, unchangedMs: 299_999 }, undefined],
  [
    'it has not started in time',
    { job: undefined, watchedMs: 300_000, unchangedMs: 300_000 },
    'did not start within 5m00s',
  ],
  ['it has started', { job: job(), watchedMs: 300_000, unchangedMs: 100_000 }, undefined],
  [
    'its loader may have died, and its message is still hidden',
    { job: job(), watchedMs: 9e6, unchangedMs: 2_109_999 },
    undefined,
  ],
  [
    'no other loader took over',
    { job: job(), watchedMs: 9e6, unchangedMs: 2_110_000 },
    'has made no progress for 35m10s',
  ],
])('describes whether a job is stalled: %s', (_, snapshot, stall) => {
  expect(describeStall(snapshot, times)).toBe(stall);
});
