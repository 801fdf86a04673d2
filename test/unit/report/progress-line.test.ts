import { describe, expect, it } from 'vitest';
import { formatBarLine } from '../../../src/report/bar-line.ts';
import { countCells } from '../../../src/text/cells.ts';
import { formatBytes, formatCount, formatSeconds, pluralize } from '../../../src/text/format.ts';
import { trackPace, type Slowdown, type Pace } from '../../../src/report/pace.ts';
import { formatPlainLine } from '../../../src/report/progress-line.ts';
import type { Progress } from '../../../src/load/summary.ts';
import { progress } from './summaries.ts';

const pace: Pace = { recordsPerSecond: 15_020, writeUnitsPerSecond: 15_020, secondsLeft: 80, slowdown: undefined };
const throttled: Slowdown = { state: 'throttled', seconds: 12.9, cause: 'ThrottlingException' };
const three = { sources: 3, sourceNumber: 2 };

describe('the live line', () => {
  it.each<
    [title: string, columns: number, changes: Partial<Progress>, slowdown: Slowdown | undefined, expected: string]
  >([
    [
      'shows everything if there is room',
      120,
      {},
      undefined,
      '[============            ]   50%  people.csv  15,020 rec/s  15,020 wu/s  0 retries  0 rejects  1m20s left',
    ],
    [
      'has a shorter bar at 80',
      80,
      {},
      undefined,
      '[=====     ]   50%  15,020 rec/s  15,020 wu/s  0 retries  0 rejects  1m20s left',
    ],
    ['drops the least important segments at 40', 40, {}, undefined, ' 50%  15,020 rec/s  1m20s left'],
    ['keeps rejects at 40', 40, { rejected: 7 }, undefined, ' 50%  15,020 rec/s  7 rejects'],
    ['shows the number of the source', 40, three, undefined, ' 50%  2/3  15,020 rec/s  1m20s left'],
    [
      'shows the last part of the source name',
      120,
      { ...three, source: 's3://bucket/in/b.csv' },
      undefined,
      '[============            ]   50%  2/3 b.csv  15,020 rec/s  15,020 wu/s  0 retries  0 rejects  1m20s left',
    ],
    ['shows that the run is throttled', 40, {}, throttled, ' 50%  throttled  15,020 rec/s'],
    [
      'shows how long the run has been throttled',
      80,
      { state: 'throttled' },
      throttled,
      '[======      ]   50%  throttled for 12 s  15,020 rec/s  15,020 wu/s  1m20s left',
    ],
    [
      'shows the cause of a slowdown if there is room',
      140,
      { retries: 3 },
      { ...throttled, state: 'retrying', cause: 'ECONNRESET' },
      '[============            ]   50%  people.csv  retrying for 12 s (ECONNRESET)  15,020 rec/s  15,020 wu/s  3 retries  0 rejects  1m20s left',
    ],
    [
      'prefers the cause of a slowdown to the source name',
      100,
      { retries: 444 },
      { ...throttled, cause: 'index by_email' },
      '[=======        ]   50%  throttled for 12 s (index by_email)  15,020 rec/s  15,020 wu/s  1m20s left',
    ],
    ['shows that the run is stopping, even during a slowdown', 20, { state: 'stopping' }, throttled, ' 50%  stopping'],
    [
      'shows counts if the size is unknown',
      60,
      { done: undefined },
      undefined,
      '500 kB  12,345 records  15,020 rec/s  1m20s left',
    ],
    ['shows less than 100% before the end', 20, { done: 0.999 }, undefined, ' 99%  15,020 rec/s'],
    ['shows 100% at the end', 20, { done: 1 }, undefined, '100%  15,020 rec/s'],
    ['never shows more than 100%', 20, { done: 1.2 }, undefined, '100%  15,020 rec/s'],
    ['is cut if a single segment is too long', 4, {}, undefined, ' 50'],
    [
      'replaces line ends and escape sequences in a name',
      120,
      { source: 'a\nb\u001b[2J\u202e.csv' },
      undefined,
      '[============            ]   50%  a?b?[2J?.csv  15,020 rec/s  15,020 wu/s  0 retries  0 rejects  1m20s left',
    ],
    [
      'shows the end of a long name, with two cells for a wide character',
      140,
      { source: '従業員名簿2024年度最終版🚀従業員名簿.csv' },
      undefined,
      '[============            ]   50%  ...024年度最終版🚀従業員名簿.csv  15,020 rec/s  15,020 wu/s  0 retries  0 rejects  1m20s left',
    ],
  ])('%s', (_, columns, changes, slowdown, expected) => {
    expect(formatBarLine(progress(changes), { ...pace, slowdown }, columns)).toBe(expected);
  });

  it.each<[title: string, changes: Partial<Progress>]>([
    ['one source', { rejected: 123_456, retries: 99_999 }],
    ['a wide name', { source: '従業員名簿🚀🚀.csv', ...three }],
    ['an unknown size', { done: undefined, read: 1e9, bytes: 1e12 }],
  ])('never reaches the last column with %s', (_, changes) => {
    for (let columns = 2; columns < 250; columns++) {
      for (const slowdown of [undefined, throttled]) {
        expect(countCells(formatBarLine(progress(changes), { ...pace, slowdown }, columns))).toBeLessThan(columns);
      }
    }
  });

  it('colors only problems, and only if colors are enabled', () => {
    const line = (color: boolean): string =>
      formatBarLine(progress({ rejected: 7 }), { ...pace, slowdown: throttled }, 40, color);
    expect(line(true)).toBe(' 50%  \u001b[33mthrottled\u001b[39m  \u001b[31m7 rejects\u001b[39m');
    expect(line(false)).toBe(' 50%  throttled  7 rejects');
    expect(formatBarLine(progress(), pace, 200, true)).toBe(formatBarLine(progress(), pace, 200));
  });
});

describe('the plain line', () => {
  it.each<[title: string, changes: Partial<Progress>, slowdown: Slowdown | undefined, expected: string]>([
    [
      'shows everything',
      {},
      undefined,
      '50%, 500 kB, 12,345 records, 15,020 records/s, 15,020 write units/s, 0 retries, 0 rejects, 1m20s left',
    ],
    [
      'shows the cause of a slowdown',
      { done: undefined },
      throttled,
      'throttled for 12 s (ThrottlingException): 500 kB, 12,345 records, 15,020 records/s, 15,020 write units/s, 0 retries, 0 rejects, 1m20s left',
    ],
    [
      'shows which of several sources is loading',
      { ...three, state: 'stopping' },
      throttled,
      'stopping: 50%, source 2 of 3 (people.csv), 500 kB, 12,345 records, 15,020 records/s, 15,020 write units/s, 0 retries, 0 rejects, 1m20s left',
    ],
  ])('%s', (_, changes, slowdown, expected) => {
    expect(formatPlainLine(progress(changes), { ...pace, slowdown })).toBe(expected);
  });
});

describe('the pace', () => {
  it('covers the last ten seconds and estimates the time left', () => {
    const paceOf = trackPace();
    let last = paceOf(progress({ acknowledged: 0, done: 0, writeUnits: 0 }), 0);
    expect(last).toEqual({ recordsPerSecond: 0, writeUnitsPerSecond: 0, secondsLeft: undefined, held: undefined });
    // A slow start, then constantly 1,000 records and one percent per second.
    for (let second = 1; second <= 30; second++) {
      const seconds = Math.max(0, second - 10);
      last = paceOf(
        progress({ acknowledged: seconds * 1000, done: seconds / 100, writeUnits: seconds * 1000 }),
        second * 1000,
      );
    }
    expect(last.recordsPerSecond).toBe(1000);
    expect(last.writeUnitsPerSecond).toBe(1000);
    expect(last.secondsLeft).toBeCloseTo(80);
  });

  it('changes at most twice a second', () => {
    const paceOf = trackPace();
    const rates = new Set<number>();
    for (let ms = 0; ms < 2_000; ms += 10) {
      rates.add(paceOf(progress({ acknowledged: ms * ms }), ms).recordsPerSecond);
    }
    expect(rates.size).toBe(4);
  });

  it('has no write units if none are reported, and no time left if a size is unknown', () => {
    const paceOf = trackPace();
    paceOf(progress({ writeUnits: undefined, done: undefined, bytes: 0 }), 0);
    const last = paceOf(progress({ writeUnits: undefined, done: undefined }), 5_000);
    expect(last).toMatchObject({ writeUnitsPerSecond: undefined, secondsLeft: undefined });
  });

  it('has a slowdown from the first wait until two seconds after the last', () => {
    const paceOf = trackPace();
    const slowdownAt = (ms: number, state: Progress['state'], waitsFor?: string): Slowdown | undefined =>
      paceOf(progress({ state, waitsFor }), ms).slowdown;
    expect(slowdownAt(0, 'loading')).toBeUndefined();
    expect(slowdownAt(1_000, 'throttled', 'ThrottlingException')).toEqual({ ...throttled, seconds: 0 });
    // A request is in flight between two waits.
    expect(slowdownAt(2_500, 'loading')).toEqual({ ...throttled, seconds: 1.5 });
    expect(slowdownAt(3_000, 'throttled')).toEqual({ ...throttled, seconds: 2 });
    expect(slowdownAt(5_001, 'loading')).toBeUndefined();
    expect(slowdownAt(9_000, 'retrying', 'ECONNRESET')).toEqual({ state: 'retrying', seconds: 0, cause: 'ECONNRESET' });
  });
});

it.each([
  [formatCount(0), '0'],
  [formatCount(1_234_567), '1,234,567'],
  [formatCount(999.6), '1,000'],
  [pluralize(1, 'record'), '1 record'],
  [pluralize(2000, 'record'), '2,000 records'],
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
