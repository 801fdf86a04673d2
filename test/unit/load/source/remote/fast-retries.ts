import type { RetrySettings } from '../../../../../src/load/source/remote/retry-policy.ts';

/** Creates retry settings that do not wait, but record the waits. */
export function fastRetries(more: Partial<RetrySettings> = {}): RetrySettings & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    maxAttempts: 10,
    idleTimeoutMs: 5_000,
    random: () => 1,
    sleep: (ms, signal) => {
      waits.push(ms);
      return signal?.aborted === true ? Promise.reject(new Error('aborted')) : Promise.resolve();
    },
    ...more,
  };
}
