import { expect, test } from 'vitest';
import { decidePut, type PreviousObject } from '../../../../src/pipeline/upload/decide-put.ts';
import { job, object } from './jobs.ts';

const times = { pollIntervalMs: 2_000, startTimeoutMs: 300_000, stallTimeoutMs: 600_000 };
const day = 24 * 60 * 60 * 1000;
const none: PreviousObject = { object: undefined, job: undefined, ageMs: 0, watchedMs: 0, unchangedMs: 0 };
const unstarted: PreviousObject = { ...none, object, ageMs: 10_000 };
const running: PreviousObject = { ...unstarted, job: job(), ageMs: 9e9 };
const multipart = { ...object, etag: '"abc-3"' };

test.each<[string, PreviousObject, string]>([
  ['puts a key that has no object', none, 'put'],
  ['puts over an object that is loaded', { ...running, job: job(undefined, { isPublished: true }) }, 'put'],
  ['waits while the previous job runs', running, 'wait'],
  [
    'waits for a job that makes progress, even for days',
    { ...running, watchedMs: 3 * day, unchangedMs: 1_000 },
    'wait',
  ],
  ['gives up on a job that makes no progress', { ...running, unchangedMs: 600_000 }, 'stuck'],
  ['waits for the job of a new object', unstarted, 'wait'],
  ['gives up on a job that has not started after five minutes', { ...unstarted, ageMs: 300_000 }, 'stuck'],
  [
    'waits for an object whose parts took an hour to upload',
    { ...unstarted, object: multipart, ageMs: 3_600_000 },
    'wait',
  ],
  [
    'gives up on its job a minute later',
    { ...unstarted, object: multipart, ageMs: 3_600_000, watchedMs: 60_000 },
    'stuck',
  ],
  ['gives up on a job that has not started after 27 days', { ...unstarted, ageMs: 27 * day }, 'stuck'],
  ['puts over an object whose state has expired', { ...unstarted, ageMs: 28 * day }, 'put'],
])('%s', (_, previous, decision) => {
  expect(decidePut(previous, times)).toBe(decision);
});
