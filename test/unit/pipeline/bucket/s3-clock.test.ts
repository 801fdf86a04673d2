import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { S3Clock } from '../../../../src/pipeline/bucket/s3-clock.ts';

describe('the clock of a worker', () => {
  let monotonicMs = 0;
  let wallMs = 0;
  const sources = { monotonicMs: () => monotonicMs, wallMs: () => wallMs };
  const pass = (monotonic: number, wall = monotonic): void => {
    monotonicMs += monotonic;
    wallMs += wall;
  };

  beforeEach(() => {
    monotonicMs = 5_000;
    wallMs = 1_000_000;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('shows the time of this machine until the first response of S3', () => {
    const clock = new S3Clock(sources);
    expect(clock.nowMs()).toBe(1_000_000);
    clock.syncTo(2_000_000);
    pass(1_500);
    expect(clock.nowMs()).toBe(2_001_500);
  });

  it.each([
    ['the machine sleeps', 0, 60_000],
    ['the wall clock is set back', 60_000, -5_000],
    ['both clocks agree', 60_000, 60_000],
  ])('counts elapsed time by the faster clock when %s', (_, monotonic, wall) => {
    const clock = new S3Clock(sources);
    pass(monotonic, wall);
    expect(clock.elapsedMs()).toBe(60_000);
  });

  it('calls back within a second after the machine wakes up', () => {
    const clock = new S3Clock(sources);
    const call = vi.fn();
    clock.after(60_000, call);
    pass(10_000);
    vi.advanceTimersByTime(10_000);
    expect(call).not.toHaveBeenCalled();
    // A minute of sleep that timers do not count.
    pass(0, 60_000);
    vi.advanceTimersByTime(1_000);
    expect(call).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(600_000);
    expect(call).toHaveBeenCalledTimes(1);
  });

  it('does not call back after a cancel', () => {
    const clock = new S3Clock(sources);
    const call = vi.fn();
    clock.after(500, call)();
    pass(1_000);
    vi.advanceTimersByTime(1_000);
    expect(call).not.toHaveBeenCalled();
  });
});
