import { vi } from 'vitest';

/** Waits until `holds` returns true. */
export function until(holds: () => Promise<boolean> | boolean, timeoutMs = 60_000): Promise<void> {
  const check = async (): Promise<void> => {
    if (!(await holds())) throw new Error('condition is not met');
  };
  return vi.waitFor(check, { timeout: timeoutMs, interval: 50 });
}
