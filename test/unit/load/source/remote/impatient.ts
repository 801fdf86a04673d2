import type { Patience } from '../../../../../src/load/source/remote/retry-policy.ts';

/** A patience that takes no time, and tells how long it would have waited. */
export function impatient(more: Partial<Patience> = {}): Patience & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    tries: 10,
    idleMs: 5_000,
    chance: () => 1,
    sleep: (ms, signal) => {
      waits.push(ms);
      return signal?.aborted === true ? Promise.reject(new Error('aborted')) : Promise.resolve();
    },
    ...more,
  };
}
