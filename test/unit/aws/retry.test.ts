import { describe, expect, it } from 'vitest';
import { abortableSleep, retry, backoffWhile } from '../../../src/aws/retry.ts';

const busy = new Error('busy');
const broken = new Error('broken');

/** A call that fails with these errors in turn, then returns its number of attempts. */
function failingWith(...errors: readonly Error[]): () => Promise<number> {
  let attempts = 0;
  return () => {
    const error = errors[attempts++];
    return error === undefined ? Promise.resolve(attempts) : Promise.reject(error);
  };
}

const isBusy = (error: unknown): boolean => error === busy;

describe('a retry', () => {
  it('doubles its wait up to the maximum', async () => {
    const waits: number[] = [];
    const sleep = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
    const policy = backoffWhile({ firstMs: 100, longestMs: 300, forMs: 60_000 }, isBusy);
    expect(await retry(failingWith(busy, busy, busy, busy), policy, { sleep })).toBe(5);
    expect(waits).toEqual([100, 200, 300, 300]);
  });

  it.each([
    ['an error that is not transient', [busy, broken, busy], 60_000, broken],
    ['the last error when the time is up', [busy, busy], 0, busy],
  ])('throws %s', async (_, errors, forMs, thrown) => {
    const policy = backoffWhile({ firstMs: 1, longestMs: 1, forMs }, isBusy);
    await expect(retry(failingWith(...errors), policy)).rejects.toBe(thrown);
  });

  it('throws the error of the policy', async () => {
    const policy = (): never => {
      throw broken;
    };
    await expect(retry(failingWith(busy), policy)).rejects.toBe(broken);
  });

  it('throws INTERRUPTED when the signal is aborted during a wait', async () => {
    const options = { stop: AbortSignal.timeout(20) };
    await expect(retry(failingWith(busy), () => 60_000, options)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(abortableSleep(60_000, AbortSignal.abort())).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
