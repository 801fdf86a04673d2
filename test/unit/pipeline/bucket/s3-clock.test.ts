import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { S3Clock } from '../../../../src/pipeline/bucket/s3-clock.ts';

describe('the clock of a worker', () => {
  let monotonicMs = 0;
  let wallMs = 0;
  const times = { monotonicMs: () => monotonicMs, wallMs: () => wallMs };
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

  it('has the time of this machine until S3 says one, and goes on from that', () => {
    const clock = new S3Clock(times);
    expect(clock.nowMs()).toBe(1_000_000);
    clock.hear(2_000_000);
    pass(1_500);
    expect(clock.nowMs()).toBe(2_001_500);
  });

  it.each([
    ['the machine slept', 0, 60_000],
    ['the wall clock was set back', 60_000, -5_000],
    ['nothing strange happened', 60_000, 60_000],
  ])('counts what passed by whichever clock went further: %s', (_, monotonic, wall) => {
    const clock = new S3Clock(times);
    pass(monotonic, wall);
    expect(clock.elapsedMs()).toBe(60_000);
  });

  it('calls back once the time is over, within a second of waking up', () => {
    const clock = new S3Clock(times);
    const call = vi.fn();
    clock.after(60_000, call);
    pass(10_000);
    vi.advanceTimersByTime(10_000);
    expect(call).not.toHaveBeenCalled();
    // A minute of sleep, of which timers know nothing.
    pass(0, 60_000);
    vi.advanceTimersByTime(1_000);
    expect(call).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(600_000);
    expect(call).toHaveBeenCalledTimes(1);
  });

  it('does not where that was taken back', () => {
    const clock = new S3Clock(times);
    const call = vi.fn();
    clock.after(500, call)();
    pass(1_000);
    vi.advanceTimersByTime(1_000);
    expect(call).not.toHaveBeenCalled();
  });
});
