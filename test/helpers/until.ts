import { vi } from 'vitest';

/** Waits until something holds. */
export function until(holds: () => Promise<boolean> | boolean, timeoutMs = 60_000): Promise<void> {
  const check = async (): Promise<void> => {
    if (!(await holds())) throw new Error('it does not hold');
  };
  return vi.waitFor(check, { timeout: timeoutMs, interval: 50 });
}
