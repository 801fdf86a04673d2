import { expect, test } from 'vitest';
import { turnOf, type Before } from '../../../../src/pipeline/upload/may-put.ts';
import { job, object } from './jobs.ts';

const times = { pollMs: 2_000, beginMs: 300_000, quietMs: 600_000 };
const day = 24 * 60 * 60 * 1000;
const nothing: Before = { object: undefined, job: undefined, ageMs: 0, watchedMs: 0, unchangedMs: 0 };
const there: Before = { ...nothing, object, ageMs: 10_000 };
const running: Before = { ...there, job: job(), ageMs: 9e9 };
const ofParts = { ...object, etag: '"abc-3"' };

test.each<[string, Before, string]>([
  ['nothing is there', nothing, 'put'],
  ['the last one is loaded', { ...running, job: job(undefined, { isPublished: true }) }, 'put'],
  ['the last one is at work', running, 'wait'],
  ['it is at work for days', { ...running, watchedMs: 3 * day, unchangedMs: 1_000 }, 'wait'],
  ['nothing of it changes', { ...running, unchangedMs: 600_000 }, 'stuck'],
  ['it is there for a moment', there, 'wait'],
  ['nothing has begun for five minutes', { ...there, ageMs: 300_000 }, 'stuck'],
  ['parts were on their way for an hour', { ...there, object: ofParts, ageMs: 3_600_000 }, 'wait'],
  ['and nothing has begun a minute later', { ...there, object: ofParts, ageMs: 3_600_000, watchedMs: 60_000 }, 'stuck'],
  ['nothing has begun, 27 days later', { ...there, ageMs: 27 * day }, 'stuck'],
  ['its states have expired', { ...there, ageMs: 28 * day }, 'put'],
])('where %s', (_, before, turn) => {
  expect(turnOf(before, times)).toBe(turn);
});
