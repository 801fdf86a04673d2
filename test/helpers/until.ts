import { vi } from 'vitest';

/** Waits until `isMet` returns true. */
export function until(isMet: () => Promise<boolean> | boolean, timeoutMs = 60_000): Promise<void> {
  const check = async (): Promise<void> => {
    if (!(await isMet())) throw new Error('condition is not met');
  };
  return vi.waitFor(check, { timeout: timeoutMs, interval: 50 });
}
