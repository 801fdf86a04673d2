import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatSeconds, plural } from '../../../src/report/format.ts';
import { followPace, type Pace } from '../../../src/report/pace.ts';
import { barLine, plainLine } from '../../../src/report/progress-line.ts';
import type { Progress } from '../../../src/report/summary.ts';
import { progress } from './summaries.ts';

const pace: Pace = { recordsPerSecond: 15_020, writeUnitsPerSecond: 15_020, secondsLeft: 80 };

describe('the live line', () => {
  it.each<[title: string, columns: number, changes: Partial<Progress>, expected: string]>([
    [
      'has everything where there is room',
      120,
      {},
      '[============            ]   50%  15,020 rec/s  15,020 wu/s  0 retries  0 rejects  1m20s left',
    ],
    [
      'has a shorter bar at 80',
      80,
      {},
      '[=====     ]   50%  15,020 rec/s  15,020 wu/s  0 retries  0 rejects  1m20s left',
    ],
    ['drops what matters least at 40', 40, {}, ' 50%  15,020 rec/s  1m20s left'],
    ['keeps rejects at 40', 40, { rejected: 7 }, ' 50%  15,020 rec/s  7 rejects'],
    ['says that it is throttled', 40, { state: 'throttled' }, ' 50%  throttled  15,020 rec/s'],
    ['says that it stops', 20, { state: 'stopping' }, ' 50%  stopping'],
    ['has bytes where the size is unknown', 40, { totalBytes: undefined }, '500 kB  15,020 rec/s  1m20s left'],
    ['is full only at the end', 20, { bytes: 999_999 }, ' 99%  15,020 rec/s'],
    ['is full for a source of nothing', 20, { bytes: 0, totalBytes: 0 }, '100%  15,020 rec/s'],
    ['is cut where nothing else helps', 4, {}, ' 50'],
  ])('%s', (_, columns, changes, expected) => {
    expect(barLine(progress(changes), pace, columns)).toBe(expected);
  });

  it('never reaches the last column', () => {
    for (let columns = 2; columns < 130; columns++) {
      const line = barLine(progress({ state: 'throttled', rejected: 123_456, retries: 99_999 }), pace, columns);
      expect(line.length).toBeLessThan(columns);
    }
  });
});

describe('the plain line', () => {
  it.each<[title: string, changes: Partial<Progress>, expected: string]>([
    [
      'has everything',
      {},
      '50% of 1.0 MB, 12,345 records, 15,020 records/s, 15,020 write units/s, 0 retries, 0 rejects, 1m20s left',
    ],
    [
      'names a state',
      { state: 'throttled', totalBytes: undefined },
      'throttled: 500 kB, 12,345 records, 15,020 records/s, 15,020 write units/s, 0 retries, 0 rejects, 1m20s left',
    ],
  ])('%s', (_, changes, expected) => {
    expect(plainLine(progress(changes), pace)).toBe(expected);
  });
});

describe('the pace', () => {
  it('is that of the last ten seconds, with what is left at that pace', () => {
    const paceOf = followPace();
    let last = paceOf(progress({ acknowledged: 0, bytes: 0, writeUnits: 0 }), 0);
    expect(last).toEqual({ recordsPerSecond: 0, writeUnitsPerSecond: 0, secondsLeft: undefined });
    // A slow start, then a steady 1,000 records and 10,000 bytes a second.
    for (let second = 1; second <= 30; second++) {
      const done = second <= 10 ? 0 : (second - 10) * 1000;
      last = paceOf(progress({ acknowledged: done, bytes: done * 10, writeUnits: done }), second * 1000);
    }
    expect(last.recordsPerSecond).toBe(1000);
    expect(last.writeUnitsPerSecond).toBe(1000);
    expect(last.secondsLeft).toBe(80);
  });

  it('has no write units where none are reported', () => {
    expect(followPace()(progress({ writeUnits: undefined }), 0).writeUnitsPerSecond).toBeUndefined();
  });
});

it.each([
  [formatCount(0), '0'],
  [formatCount(1_234_567), '1,234,567'],
  [formatCount(999.6), '1,000'],
  [plural(1, 'record'), '1 record'],
  [plural(2000, 'record'), '2,000 records'],
  [formatBytes(999), '999 B'],
  [formatBytes(1000), '1.0 kB'],
  [formatBytes(999_600), '1.0 MB'],
  [formatBytes(15_000_000_000), '15 GB'],
  [formatSeconds(0.44), '0.4 s'],
  [formatSeconds(59.4), '59 s'],
  [formatSeconds(80), '1m20s'],
  [formatSeconds(7500), '2h05m'],
])('%s', (actual, expected) => {
  expect(actual).toBe(expected);
});
