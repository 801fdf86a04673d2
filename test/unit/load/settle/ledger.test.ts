import { describe, expect, it } from 'vitest';
import { checkErrorLimit } from '../../../../src/load/settle/ledger.ts';

const none = { read: 0, written: 0, superseded: 0, skipped: 0, filtered: 0, rejected: 0 };

describe('--max-errors', () => {
  it.each([
    ['a count at the limit passes', { kind: 'count', count: 3 }, 10, 3, false],
    ['a count above the limit fails', { kind: 'count', count: 3 }, 10, 4, true],
    ['one reject fails with a limit of 0', { kind: 'count', count: 0 }, 1, 1, true],
    ['a share above the limit passes before 1,000 records', { kind: 'share', percent: 1 }, 999, 999, false],
    ['a share at the limit passes', { kind: 'share', percent: 1 }, 1_000, 10, false],
    ['a share above the limit fails', { kind: 'share', percent: 1 }, 1_000, 11, true],
    ['a share may be a fraction of a percent', { kind: 'share', percent: 0.5 }, 1_000, 6, true],
  ] as const)('%s', (_, maxErrors, read, rejected, isStopped) => {
    expect(checkErrorLimit(maxErrors, { ...none, read, rejected }) !== undefined).toBe(isStopped);
  });
});
