import { describe, expect, it } from 'vitest';
import { judge } from '../../../../src/load/settle/ledger.ts';

const none = { read: 0, written: 0, superseded: 0, skipped: 0, filtered: 0, rejected: 0 };

describe('--max-errors', () => {
  it.each([
    ['a count that is reached', { kind: 'count', count: 3 }, 10, 3, false],
    ['a count that is passed', { kind: 'count', count: 3 }, 10, 4, true],
    ['a count of 0 and one reject', { kind: 'count', count: 0 }, 1, 1, true],
    ['a share that is passed before 1,000 records', { kind: 'share', percent: 1 }, 999, 999, false],
    ['a share that is reached', { kind: 'share', percent: 1 }, 1_000, 10, false],
    ['a share that is passed', { kind: 'share', percent: 1 }, 1_000, 11, true],
    ['a share of half a percent', { kind: 'share', percent: 0.5 }, 1_000, 6, true],
  ] as const)('%s', (_, maxErrors, read, rejected, stops) => {
    expect(judge(maxErrors, { ...none, read, rejected }) !== undefined).toBe(stops);
  });
});
